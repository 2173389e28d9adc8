package io.bnzoo;

import io.bnzoo.backend.NativeBackend;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/** Chooses the native binary before any test touches ND4J, as a program would. */
public final class NativeBackendForTests implements LauncherSessionListener {
  @Override
  public void launcherSessionOpened(LauncherSession session) {
    NativeBackend.enableOneDnn();
    NativeBackend.useThreads(1);
  }
}
