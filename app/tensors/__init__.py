"""Arrays as bytes: the safetensors format, which requests, answers and parameter files share, and NumPy's .npz."""
