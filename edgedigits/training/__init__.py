"""Training: data, augmentation, the documented network, named recipes, fitting, evaluation and pictures.

This package, ``data``, ``recipes``, ``scores`` and ``evaluate`` need NumPy only; the other modules the extra ``train``.
"""
