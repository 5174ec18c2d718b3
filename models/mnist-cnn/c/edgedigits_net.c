/* See edgedigits_net.h. The arithmetic is that of TensorFlow Lite's reference kernels for int8; the way through it is not:
 *
 * Every value between two layers has the zero point -128, since a ReLU lets nothing below zero pass. Kept as value + 128
 * in a uint8_t, its zero is 0 and the picture's pixels are such values already. So no sum needs an offset, and clamping
 * to 0..255 is the ReLU. */
#include "edgedigits_net.h"

#include <stddef.h>

#include "edgedigits_weights.h"

/* The product of two fractions in units of 2^-31, rounded to the nearest, halves up. */
static int32_t multiply(int32_t a, int32_t b)
{
    const int64_t product = (int64_t)a * b;
    const int64_t half = (int64_t)1 << 30;
    return (int32_t)((product + (product >= 0 ? half : 1 - half)) / ((int64_t)1 << 31));
}

/* value / 2^exponent, rounded to the nearest, halves away from zero. */
static int32_t divide(int32_t value, int exponent)
{
    const int64_t divisor = (int64_t)1 << exponent;
    const int64_t half = divisor / 2;
    return (int32_t)((value >= 0 ? value + half : value - half) / divisor);
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Sum over `rows` rows of `taps` neighbouring values each, times their weights. */
static int32_t weigh(const uint8_t *in, size_t row_bytes, const int8_t *weights, size_t rows, size_t taps)
{
    int32_t sum = 0;
    size_t row, tap;
    for (row = 0; row < rows; ++row) {
        for (tap = 0; tap < taps; ++tap) {
            sum += in[tap] * weights[tap];
        }
        in += row_bytes;
        weights += taps;
    }
    return sum;
}

/* A sum of one channel, with its bias, at the scale of the layer's output. */
static int32_t rescale(const edgedigits_layer *layer, size_t channel, int32_t sum)
{
    return divide(multiply(sum + layer->bias[channel], layer->multiplier[channel]), layer->shift[channel]);
}

/* Convolution by 3x3 without padding, ReLU, and the largest of each window of pool x pool.
 *
 * in: side x side x depth; out: (side - 2) / pool squared x filters. */
static void convolve(const edgedigits_layer *layer, const uint8_t *in, size_t side, size_t depth, size_t filters,
                     size_t pool, uint8_t *out)
{
    const size_t out_side = (side - 2) / pool;
    size_t y, x, filter, dy, dx;
    for (y = 0; y < out_side; ++y) {
        for (x = 0; x < out_side; ++x) {
            for (filter = 0; filter < filters; ++filter) {
                const int8_t *weights = layer->weights + filter * 9 * depth;
                int32_t most = INT32_MIN;
                /* Rescaling never changes the order of sums, so the largest is found before it. */
                for (dy = 0; dy < pool; ++dy) {
                    for (dx = 0; dx < pool; ++dx) {
                        const uint8_t *window = in + ((y * pool + dy) * side + x * pool + dx) * depth;
                        const int32_t sum = weigh(window, side * depth, weights, 3, 3 * depth);
                        most = sum > most ? sum : most;
                    }
                }
                *out++ = (uint8_t)clamp(rescale(layer, filter, most), 0, 255);
            }
        }
    }
}

/* exp(a) in units of 2^-31, for an exponent a <= 0 in Q5.26 (units of 2^-26, above -32). */
static int32_t exponential(int32_t a)
{
    /* exp(-1/4), exp(-1/2), exp(-1), ... exp(-16) in units of 2^-31. */
    static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t exp_of_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t quarter = (int32_t)1 << 24;
    /* The part of a in -1/4 .. 0, moved to -1/8 .. 1/8 in units of 2^-31, goes into a series of four terms... */
    const int32_t part = (a & (quarter - 1)) - quarter;
    const int32_t x = part * 32 + ((int32_t)1 << 28);
    const int32_t x2 = multiply(x, x);
    const int32_t x3 = multiply(x2, x);
    const int32_t x4 = multiply(x2, x2);
    const int32_t higher = divide(multiply(divide(x4, 2) + x3, third) + x2, 1);
    int32_t result = exp_of_minus_eighth + multiply(exp_of_minus_eighth, x + higher);
    /* ... and each bit of what is left, in quarters, into a factor. */
    const int32_t left = part - a;
    int bit;
    if (a == 0) {
        return INT32_MAX;
    }
    for (bit = 0; bit < 7; ++bit) {
        if (left & (quarter << bit)) {
            result = multiply(result, powers[bit]);
        }
    }
    return result;
}

/* 1 / (1 + a) in units of 2^-31, for a in 0 .. 1 in the same units: three steps of Newton's method. */
static int32_t reciprocal(int32_t a)
{
    const int32_t one = (int32_t)1 << 29; /* in Q2.29, as all that follow */
    const int32_t start = 1515870810;     /* 48 / 17 */
    const int32_t slope = -1010580540;    /* -32 / 17 */
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = start + multiply(half, slope);
    int step;
    for (step = 0; step < 3; ++step) {
        x += multiply(x, one - multiply(half, x)) * 4;
    }
    return x >= (int32_t)1 << 30 ? INT32_MAX : x * 2;
}

/* exp(difference of logits) in units of 2^-31; 0 where it is too small to count. */
static int32_t weight_of(int32_t difference)
{
    if (difference < edgedigits_softmax_least) {
        return 0;
    }
    return exponential(
        multiply(difference * ((int32_t)1 << edgedigits_softmax_shift), edgedigits_softmax_multiplier));
}

static void softmax(const int8_t logits[EDGEDIGITS_DIGITS], int8_t probabilities[EDGEDIGITS_DIGITS])
{
    int32_t most = INT8_MIN;
    int32_t sum = 0; /* in Q12.19 */
    int32_t scale;
    int digit;
    int zeros = 0;
    for (digit = 0; digit < EDGEDIGITS_DIGITS; ++digit) {
        most = logits[digit] > most ? logits[digit] : most;
    }
    for (digit = 0; digit < EDGEDIGITS_DIGITS; ++digit) {
        sum += divide(weight_of(logits[digit] - most), 12);
    }
    /* sum = (1 + a) * 2^(12 - zeros), with a in 0 .. 1. */
    while (!(((uint32_t)sum << zeros) & 0x80000000u)) {
        ++zeros;
    }
    scale = reciprocal((int32_t)(((uint32_t)sum << zeros) - 0x80000000u));
    for (digit = 0; digit < EDGEDIGITS_DIGITS; ++digit) {
        const int32_t share = multiply(scale, weight_of(logits[digit] - most));
        probabilities[digit] = (int8_t)clamp(divide(share, 12 - zeros + 31 - 8) - 128, INT8_MIN, INT8_MAX);
    }
}

int edgedigits_classify(const uint8_t image[EDGEDIGITS_PIXELS], int8_t probabilities[EDGEDIGITS_DIGITS])
{
    static uint8_t large[EDGEDIGITS_LARGE_BYTES];
    static uint8_t small[EDGEDIGITS_SMALL_BYTES];
    int8_t logits[EDGEDIGITS_DIGITS];
    size_t channel;
    int digit, best = 0;
    convolve(&edgedigits_conv1, image, EDGEDIGITS_SIDE, 1, 32, 2, large);
    convolve(&edgedigits_conv2, large, 13, 32, 64, 2, small);
    convolve(&edgedigits_conv3, small, 5, 64, 64, 1, large);
    for (channel = 0; channel < 64; ++channel) {
        const int32_t sum = weigh(large, 0, edgedigits_dense1.weights + channel * 576, 1, 576);
        small[channel] = (uint8_t)clamp(rescale(&edgedigits_dense1, channel, sum), 0, 255);
    }
    for (channel = 0; channel < EDGEDIGITS_DIGITS; ++channel) {
        const int32_t sum = weigh(small, 0, edgedigits_dense2.weights + channel * 64, 1, 64);
        const int32_t logit = rescale(&edgedigits_dense2, channel, sum) + edgedigits_logit_zero_point;
        logits[channel] = (int8_t)clamp(logit, INT8_MIN, INT8_MAX);
    }
    softmax(logits, probabilities);
    for (digit = 1; digit < EDGEDIGITS_DIGITS; ++digit) {
        best = probabilities[digit] > probabilities[best] ? digit : best;
    }
    return best;
}
