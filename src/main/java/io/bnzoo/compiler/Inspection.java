package io.bnzoo.compiler;

import io.bnzoo.onednn.Tensor;

/** Looks at what a program computes, as it computes it. */
interface Inspection {

  /** Adds kernels that look at the result of an operation, which has just been added. */
  void follow(int index, Operation operation, Tensor result, Workbench bench);
}
