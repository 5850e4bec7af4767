"""Networks as ONNX graphs: what each thing becomes."""
