/* The numbers of the network, as the converter left them; edgedigits_weights.c is written for each network. */
#ifndef EDGEDIGITS_WEIGHTS_H
#define EDGEDIGITS_WEIGHTS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One layer. The factor that brings a sum of channel c to the scale of the layer's output is
 * multiplier[c] / 2^31 / 2^shift[c], always below 1. */
typedef struct {
    const int8_t *weights; /* channel by channel; inside one: rows, columns, channels of the layer's input */
    const int32_t *bias;
    const int32_t *multiplier; /* 2^30 .. 2^31 - 1 */
    const uint8_t *shift;
} edgedigits_layer;

extern const edgedigits_layer edgedigits_conv1;  /* 32 filters of 3x3x1 */
extern const edgedigits_layer edgedigits_conv2;  /* 64 filters of 3x3x32 */
extern const edgedigits_layer edgedigits_conv3;  /* 64 filters of 3x3x64 */
extern const edgedigits_layer edgedigits_dense1; /* 576 -> 64 */
extern const edgedigits_layer edgedigits_dense2; /* 64 -> 10 */

extern const int32_t edgedigits_logit_zero_point;

/* A difference of logits, times multiplier * 2^shift / 2^31, is the exponent in Q5.26. */
extern const int32_t edgedigits_softmax_multiplier;
extern const int32_t edgedigits_softmax_shift;
/* Below this difference a probability counts as zero. */
extern const int32_t edgedigits_softmax_least;

#ifdef __cplusplus
}
#endif

#endif
