package oracle;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.dataset.api.preprocessor.*;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import java.io.*;
/** Files of normalizers of several inputs, and what they make of some numbers: `java -cp … oracle.MultiNormalizers FOLDER`. */
public class MultiNormalizers {
  static INDArray a(int n,int c,double f,double g){ double[][] d=new double[n][c]; for(int i=0;i<n;i++)for(int j=0;j<c;j++)d[i][j]=i*i*f-j*g+i*j; return Nd4j.createFromArray(d).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT); }
  static MultiDataSet data(){ return new MultiDataSet(new INDArray[]{a(6,3,0.5,1.25),a(6,2,0.25,2.0)}, new INDArray[]{a(6,2,0.125,0.75),a(6,1,0.375,0.5)}); }
  static void out(String name, MultiDataNormalization n, String dir) throws Exception {
    n.fit(data()); NormalizerSerializer.getDefault().write(n, new File(dir,name+".bin"));
    MultiDataSet d=data(); n.transform(d);
    for(int i=0;i<2;i++){ Nd4j.writeAsNumpy(d.getFeatures(i), new File(dir,name+"-x"+i+".npy")); Nd4j.writeAsNumpy(d.getLabels(i), new File(dir,name+"-y"+i+".npy")); }
  }
  public static void main(String[] w) throws Exception {
    String dir=w[0];
    out("multi-standardize", new MultiNormalizerStandardize(), dir);
    MultiNormalizerStandardize s=new MultiNormalizerStandardize(); s.fitLabel(true); out("multi-standardize-labels", s, dir);
    out("multi-min-max", new MultiNormalizerMinMaxScaler(-1,2), dir);
    MultiNormalizerMinMaxScaler m=new MultiNormalizerMinMaxScaler(-1,2); m.fitLabel(true); out("multi-min-max-labels", m, dir);
    out("multi-hybrid", new MultiNormalizerHybrid().standardizeInput(0).minMaxScaleInput(1,-1,2).standardizeOutput(1), dir);
    out("multi-hybrid-all", new MultiNormalizerHybrid().minMaxScaleAllInputs(0,3).standardizeAllOutputs(), dir);
    out("multi-hybrid-none", new MultiNormalizerHybrid().standardizeInput(1), dir);
  }
}
