package io.bnzoo.compiler;

import io.bnzoo.onednn.Tensor;

/** Inspects the intermediate results of a program. */
interface Inspection {

  /** Adds kernels that inspect the result of the operation added last. */
  void follow(int index, Operation operation, Tensor result, Workbench bench);
}
