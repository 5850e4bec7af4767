package oracle;

import java.util.LinkedHashMap;
import java.util.Map;
import com.google.gson.Gson;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.AbstractDataSetNormalizer;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.nd4j.linalg.factory.Nd4j;
import java.io.ByteArrayOutputStream;
import java.util.Base64;

/** Fits DL4J's normalizers on given arrays; prints what they make of them, and their normalizer.bin:
 *  the source of tests/data/normalizers/dl4j.json. */
public class Normalizers {
    static final Map<String, Object> cases = new LinkedHashMap<>();

    static INDArray column(int n, double base, double step) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) values[i] = base + step * ((i * 7) % n);
        return Nd4j.createFromArray(values).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT).reshape(n, 1);
    }

    static void run(String name, DataNormalization made, DataSet data, boolean labels, int batch) throws Exception {
        if (made instanceof AbstractDataSetNormalizer && labels) ((AbstractDataSetNormalizer<?>) made).fitLabel(true);
        if (batch == 0) made.fit(data.copy());
        else made.fit(new ListDataSetIterator<>(data.copy().asList(), batch));
        DataSet after = data.copy();
        made.transform(after);
        Map<String, Object> seen = new LinkedHashMap<>();
        put(seen, "x", data.getFeatures());
        put(seen, "y", data.getLabels());
        put(seen, "mask", data.getFeaturesMaskArray());
        put(seen, "label_mask", data.getLabelsMaskArray());
        put(seen, "normal_x", after.getFeatures());
        put(seen, "normal_y", after.getLabels());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NormalizerSerializer.getDefault().write(made, out);
        seen.put("bin", Base64.getEncoder().encodeToString(out.toByteArray()));
        cases.put(name, seen);
    }

    static void put(Map<String, Object> seen, String key, INDArray a) {
        if (a == null) return;
        float[] flat = a.dup('c').reshape(-1).toFloatVector();
        String[] written = new String[flat.length];
        for (int i = 0; i < flat.length; i++) written[i] = Float.toString(flat[i]);
        Map<String, Object> array = new LinkedHashMap<>();
        array.put("shape", a.shape());
        array.put("values", String.join(" ", written));
        seen.put(key, array);
    }

    public static void main(String[] args) throws Exception {
        int n = 9;
        INDArray x = Nd4j.hstack(column(n, -2, 0.5), column(n, 300, 0), column(n, 1000, 3), column(n, 0.1, 0), column(n, 0, 1e-7));
        INDArray y = Nd4j.hstack(column(n, 10, -1), column(n, 0, 100));
        DataSet rows = new DataSet(x, y);
        INDArray series = Nd4j.linspace(-3, 8, 4 * 2 * 5, org.nd4j.linalg.api.buffer.DataType.FLOAT).reshape(4, 2, 5);
        INDArray targets = Nd4j.linspace(40, -20, 4 * 1 * 5, org.nd4j.linalg.api.buffer.DataType.FLOAT).reshape(4, 1, 5);
        INDArray mask = Nd4j.createFromArray(new float[][] {{1,1,1,1,1},{1,1,1,0,0},{1,0,0,0,0},{1,1,1,1,0}});
        DataSet masked = new DataSet(series, targets, mask, mask.dup());
        INDArray images = Nd4j.linspace(0, 255, 3 * 2 * 4 * 4, org.nd4j.linalg.api.buffer.DataType.FLOAT).reshape(3, 2, 4, 4);
        DataSet pictures = new DataSet(images, Nd4j.ones(3, 1));
        for (int batch : new int[] {0, 4}) {
            String how = batch == 0 ? "whole" : "batches";
            run("standardize rows " + how, new NormalizerStandardize(), rows, true, batch);
            run("min_max rows " + how, new NormalizerMinMaxScaler(-1, 3), rows, true, batch);
        }
        run("standardize masked", new NormalizerStandardize(), masked, true, 0);
        run("min_max masked", new NormalizerMinMaxScaler(0, 1), masked, true, 0);
        run("standardize images", new NormalizerStandardize(), pictures, false, 0);
        run("min_max images", new NormalizerMinMaxScaler(0, 1), pictures, false, 0);
        run("image_scaler images", new ImagePreProcessingScaler(-1, 1), pictures, false, 0);
        System.out.println(new Gson().toJson(cases).replace("},\"", "},\n\""));
    }
}
