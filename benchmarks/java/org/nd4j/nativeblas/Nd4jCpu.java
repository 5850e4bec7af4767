package org.nd4j.nativeblas;

/** M2.1 looks this class up by a name that it no longer has; with it on the class path DL4J's oneDNN helpers work. */
public class Nd4jCpu {
    public static class Environment {
        private static final Environment ONLY = new Environment();

        public static Environment getInstance() { return ONLY; }

        public boolean isUseMKLDNN() { return true; }

        public boolean isUseONEDNN() { return true; }
    }
}
