"""Old names and the classes of 1.0.0-M2.1 that they stand for."""

from __future__ import annotations

CONF = "org.deeplearning4j.nn.conf"
LAYERS = {
    "autoEncoder": "AutoEncoder", "convolution": "ConvolutionLayer", "convolution1d": "Convolution1DLayer",
    "gravesLSTM": "GravesLSTM", "LSTM": "LSTM", "gravesBidirectionalLSTM": "GravesBidirectionalLSTM",
    "output": "OutputLayer", "CenterLossOutputLayer": "CenterLossOutputLayer", "rnnoutput": "RnnOutputLayer",
    "loss": "LossLayer", "RBM": "AutoEncoder", "dense": "DenseLayer", "subsampling": "SubsamplingLayer",
    "subsampling1d": "Subsampling1DLayer", "batchNormalization": "BatchNormalization",
    "localResponseNormalization": "LocalResponseNormalization", "embedding": "EmbeddingLayer",
    "activation": "ActivationLayer", "VariationalAutoencoder": "variational.VariationalAutoencoder",
    "dropout": "DropoutLayer", "GlobalPooling": "GlobalPoolingLayer", "zeroPadding": "ZeroPaddingLayer",
    "zeroPadding1d": "ZeroPadding1DLayer", "FrozenLayer": "misc.FrozenLayer", "Upsampling2D": "Upsampling2D",
    "Yolo2OutputLayer": "objdetect.Yolo2OutputLayer", "RnnLossLayer": "RnnLossLayer", "CnnLossLayer": "CnnLossLayer",
    "Bidirectional": "recurrent.Bidirectional", "SimpleRnn": "recurrent.SimpleRnn",
    "ElementWiseMult": "misc.ElementWiseMultiplicationLayer", "MaskLayer": "util.MaskLayer",
    "MaskZeroLayer": "util.MaskZeroLayer", "Cropping1D": "convolutional.Cropping1D",
    "Cropping2D": "convolutional.Cropping2D",
}  # fmt: skip
GONE = {
    "gru": "the GRU layer was taken out of DL4J after 0.5",
    "recursiveAutoEncoder": "the recursive auto-encoder was taken out of DL4J in 0.5",
    "imageLSTM": "the image LSTM was taken out of DL4J in 0.5",
}
ACTIVATIONS = {
    "Cube": "Cube", "ELU": "ELU", "HardSigmoid": "HardSigmoid", "HardTanh": "HardTanH", "Identity": "Identity",
    "LReLU": "LReLU", "RationalTanh": "RationalTanh", "RectifiedTanh": "RectifiedTanh", "SELU": "SELU",
    "SWISH": "Swish", "ReLU": "ReLU", "RReLU": "RReLU", "Sigmoid": "Sigmoid", "Softmax": "Softmax",
    "SoftPlus": "SoftPlus", "SoftSign": "SoftSign", "TanH": "TanH",
}  # fmt: skip
ACTIVATION_WORDS = {
    "cube": "Cube", "elu": "ELU", "hardsigmoid": "HardSigmoid", "hardtanh": "HardTanH", "identity": "Identity",
    "leakyrelu": "LReLU", "rationaltanh": "RationalTanh", "rectifiedtanh": "RectifiedTanh", "selu": "SELU",
    "swish": "Swish", "relu": "ReLU", "relu6": "ReLU6", "rrelu": "RReLU", "sigmoid": "Sigmoid", "softmax": "Softmax",
    "softplus": "SoftPlus", "softsign": "SoftSign", "tanh": "TanH", "linear": "Identity",
}  # fmt: skip
LOSSES = {
    name: name
    for name in (
        "BinaryXENT", "CosineProximity", "Hinge", "KLD", "MAE", "L1", "MAPE", "MCXENT", "MSE", "L2", "MSLE",
        "NegativeLogLikelihood", "Poisson", "SquaredHinge", "FMeasure",
    )
}  # fmt: skip
LOSS_WORDS = {
    "MSE": "MSE", "SQUARED_LOSS": "L2", "XENT": "BinaryXENT", "MCXENT": "MCXENT", "KL_DIVERGENCE": "KLD",
    "NEGATIVELOGLIKELIHOOD": "NegativeLogLikelihood", "RECONSTRUCTION_CROSSENTROPY": "KLD", "HINGE": "Hinge",
    "COSINE_PROXIMITY": "CosineProximity", "SQUARED_HINGE": "SquaredHinge", "MEAN_ABSOLUTE_ERROR": "MAE", "L1": "L1",
    "L2": "L2", "MEAN_ABSOLUTE_PERCENTAGE_ERROR": "MAPE", "MEAN_SQUARED_LOGARITHMIC_ERROR": "MSLE",
    "POISSON": "Poisson", "EXPLL": "Poisson",
}  # fmt: skip
DISTRIBUTIONS = {
    "normal": "NormalDistribution", "gaussian": "GaussianDistribution", "uniform": "UniformDistribution",
    "binomial": "BinomialDistribution",
}  # fmt: skip
PREPROCESSORS = {
    name: f"{name[0].upper()}{name[1:]}PreProcessor"
    for name in (
        "cnnToFeedForward", "cnnToRnn", "feedForwardToCnn", "feedForwardToRnn", "rnnToFeedForward", "rnnToCnn",
    )
} | {"composableInput": "ComposableInputPreProcessor"}  # fmt: skip
VERTICES = {
    "ElementWiseVertex": "ElementWiseVertex", "MergeVertex": "MergeVertex", "SubsetVertex": "SubsetVertex",
    "LayerVertex": "LayerVertex", "LastTimeStepVertex": "rnn.LastTimeStepVertex",
    "ReverseTimeSeriesVertex": "rnn.ReverseTimeSeriesVertex",
    "DuplicateToTimeSeriesVertex": "rnn.DuplicateToTimeSeriesVertex", "PreprocessorVertex": "PreprocessorVertex",
    "StackVertex": "StackVertex", "UnstackVertex": "UnstackVertex", "L2Vertex": "L2Vertex",
    "ScaleVertex": "ScaleVertex", "L2NormalizeVertex": "L2NormalizeVertex",
    "ShiftVertex": "ShiftVertex", "PoolHelperVertex": "PoolHelperVertex", "ReshapeVertex": "ReshapeVertex",
    "FrozenVertex": "FrozenVertex",
}  # fmt: skip
RECONSTRUCTIONS = {
    "Gaussian": "GaussianReconstructionDistribution", "Bernoulli": "BernoulliReconstructionDistribution",
    "Exponential": "ExponentialReconstructionDistribution", "Composite": "CompositeReconstructionDistribution",
    "LossWrapper": "LossFunctionWrapper",
}  # fmt: skip
WEIGHT_INITS = {
    "XAVIER": "Xavier", "XAVIER_UNIFORM": "XavierUniform", "XAVIER_LEGACY": "XavierLegacy", "RELU": "Relu",
    "RELU_UNIFORM": "ReluUniform", "NORMAL": "Normal", "LECUN_NORMAL": "Normal", "XAVIER_FAN_IN": "Normal",
    "UNIFORM": "Uniform", "SIGMOID_UNIFORM": "SigmoidUniform", "LECUN_UNIFORM": "LecunUniform",
    "IDENTITY": "Identity", "VAR_SCALING_NORMAL_FAN_IN": "VarScalingNormalFanIn",
    "VAR_SCALING_NORMAL_FAN_OUT": "VarScalingNormalFanOut", "VAR_SCALING_NORMAL_FAN_AVG": "VarScalingNormalFanAvg",
    "VAR_SCALING_UNIFORM_FAN_IN": "VarScalingUniformFanIn",
    "VAR_SCALING_UNIFORM_FAN_OUT": "VarScalingUniformFanOut",
    "VAR_SCALING_UNIFORM_FAN_AVG": "VarScalingUniformFanAvg",
}  # fmt: skip
CONSTANT_INITS = {"ZERO": 0.0, "ONES": 1.0}
HIDDEN_UNITS = {"BINARY": "Sigmoid", "RECTIFIED": "ReLU", "SOFTMAX": "Softmax", "IDENTITY": "Identity"}
"""What a unit of a restricted Boltzmann machine answers when it stands in a supervised network."""
