/* Known answers: drawn pictures, the digit that each shows, and what the network says. */
#ifndef EDGEDIGITS_GOLDEN_H
#define EDGEDIGITS_GOLDEN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const int edgedigits_golden_count;
extern const uint8_t edgedigits_golden_images[][784];
extern const uint8_t edgedigits_golden_labels[];
/* (value + 128) / 256 is the probability. */
extern const int8_t edgedigits_golden_probabilities[][10];

#ifdef __cplusplus
}
#endif

#endif
