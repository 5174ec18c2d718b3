"""Networks that come as ONNX files, rebuilt in TensorFlow operator by operator, and held against onnxruntime."""
