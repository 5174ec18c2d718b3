/* The network by itself: one handwritten digit in 8-bit integers, without a library, heap or floating point.
 *
 * It gives the very numbers that TensorFlow Lite Micro's reference kernels give for edgedigits_model_data. */
#ifndef EDGEDIGITS_NET_H
#define EDGEDIGITS_NET_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EDGEDIGITS_SIDE 28
#define EDGEDIGITS_PIXELS (EDGEDIGITS_SIDE * EDGEDIGITS_SIDE)
#define EDGEDIGITS_DIGITS 10

/* Everything that the code keeps in RAM, besides its stack: the two buffers that the layers hand each other. */
#define EDGEDIGITS_LARGE_BYTES (13 * 13 * 32)
#define EDGEDIGITS_SMALL_BYTES (5 * 5 * 64)
#define EDGEDIGITS_RAM_BYTES (EDGEDIGITS_LARGE_BYTES + EDGEDIGITS_SMALL_BYTES)

/* Names the digit in a picture.
 *
 * image: 28 rows of 28 pixels, ink 255 on 0, as MNIST has it: the ink fills a box of 20x20 and its centre of mass is in
 *        the middle. Pixels go in as they are; the network scales them.
 * probabilities: gets one value for each digit, 0 to 9: (value + 128) / 256 is its probability.
 *
 * Returns the likeliest digit, the smaller one of two that are equally likely.
 *
 * The buffers are static: one call at a time. */
int edgedigits_classify(const uint8_t image[EDGEDIGITS_PIXELS], int8_t probabilities[EDGEDIGITS_DIGITS]);

#ifdef __cplusplus
}
#endif

#endif
