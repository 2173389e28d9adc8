<#-- What Markdown would read as markup. -->
<#function plain text><#return text?replace("([\\\\`*_<>|])", "\\\\$1", "r")></#function>
<#macro table rows>
| <#list rows[0] as cell>${plain(cell)} | </#list>
|<#list rows[0] as cell><#if cell?is_first>---|<#else>---:|</#if></#list>
<#list rows[1..] as row>
| <#list row as cell>${plain(cell)} | </#list>
</#list>
</#macro>
# ${title}

<#list about as line>
${plain(line)}

</#list>
## Summary

<@table summary/>

<#list legend as line>
- ${plain(line)}
</#list>
<#if luck?has_content>

## Where the sources were lucky, or unlucky

<#list luck as sentence>
- ${plain(sentence)}
</#list>
</#if>
<#list experiments as experiment>

## ${experiment.id}: ${experiment.title}

${plain(experiment.setting)}

<#list experiment.charts as picture>
![${picture.description}](${picture.file})
</#list>

<@table experiment.table/>
<#if experiment.curve?has_content>

<@table experiment.curve/>
</#if>
<#if experiment.remarks?has_content>

<#list experiment.remarks as remark>
- ${plain(remark)}
</#list>
</#if>
<#list experiment.traps as trap>

### One image at a time, seed ${trap.seed}

${trap.explanation}

<@table trap.table/>

By batch statistics: ${trap.byBatch}

By running statistics: ${trap.byPopulation}
</#list>

<@table experiment.trials/>
<#list experiment.diagnostics as row>

<#list row as picture>
![${picture.description}](${picture.file})
</#list>
</#list>
</#list>

<#list provenance as line>
- ${plain(line)}
</#list>
