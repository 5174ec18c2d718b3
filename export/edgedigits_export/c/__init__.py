"""C for microcontrollers: the int8 file as an array, and the network by itself in C99."""
