import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Steps of a network in real Deeplearning4j: `Steps MODEL X.npy Y.npy|- ROUNDS WARM SECONDS`.
 *
 * MODEL is a zip, or the JSON of a configuration (for networks of hundreds of megabytes, whose zip would lie in memory
 * beside them). After WARM seconds it prints an empty object; then each line on standard input asks for a turn: steps
 * for SECONDS, of which ROUNDS are timed together. With WARM below 0 there are just ROUNDS steps. Prints what steps.py
 * prints: milliseconds of a step, peak bytes, the first score.
 */
public final class Steps {
    interface Step { double go() throws Exception; }

    public static void main(String[] args) throws Exception {
        boolean trains = !args[2].equals("-");
        Step step = step(args[0], array(args[1]), trains ? array(args[2]) : null);
        int rounds = Integer.parseInt(args[3]);
        double warm = Double.parseDouble(args[4]);
        if (warm < 0) {
            double score = 0;
            for (int i = 0; i < rounds; i++) score = step.go();
            System.out.println("score " + score);
            System.exit(0);
        }
        double first = step.go();
        for (long start = System.nanoTime(); (System.nanoTime() - start) / 1e9 < warm; ) step.go();
        System.out.println("{}");
        var asked = new BufferedReader(new InputStreamReader(System.in));
        while (asked.readLine() != null) turn(step, rounds, Double.parseDouble(args[5]), first);
        System.exit(0);
    }

    static Step step(String model, INDArray x, INDArray y) throws Exception {
        if (model.endsWith(".json")) {
            MultiLayerNetwork net = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(Files.readString(Path.of(model))));
            net.init();
            return step(net, x, y);
        }
        try {
            return step(ModelSerializer.restoreMultiLayerNetwork(new File(model), true), x, y);
        } catch (Exception notAChain) {
            ComputationGraph net = ModelSerializer.restoreComputationGraph(new File(model), true);
            DataSet data = new DataSet(x, y);
            return () -> { net.fit(data); return net.score(); };
        }
    }

    static Step step(MultiLayerNetwork net, INDArray x, INDArray y) {
        if (y == null) return () -> { net.output(x, false).close(); return 0; };
        DataSet data = new DataSet(x, y);
        return () -> { net.fit(data); return net.score(); };
    }

    static void turn(Step step, int rounds, double seconds, double first) throws Exception {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        List<Double> walls = new ArrayList<>();
        double processor = Double.MAX_VALUE;
        long begin = System.nanoTime();
        while (walls.isEmpty() || (System.nanoTime() - begin) / 1e9 < seconds) {
            long start = System.nanoTime(), used = system.getProcessCpuTime();
            for (int i = 0; i < rounds; i++) step.go();
            walls.add((System.nanoTime() - start) / 1e6 / rounds);
            processor = Math.min(processor, (system.getProcessCpuTime() - used) / 1e6 / rounds);
        }
        Collections.sort(walls);
        int n = walls.size();
        double median = (walls.get((n - 1) / 2) + walls.get(n / 2)) / 2;
        System.out.printf(Locale.ROOT, "{\"median\": %.6g, \"best\": %.6g, \"processor\": %.6g, \"bytes\": %d, \"first\": %.9g}%n",
            median, walls.get(0), processor, peak(), first);
    }

    static INDArray array(String path) throws Exception { return Nd4j.createFromNpyFile(new File(path)); }

    static long peak() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status")))
            if (line.startsWith("VmHWM:")) return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
        throw new IllegalStateException("no VmHWM");
    }
}
