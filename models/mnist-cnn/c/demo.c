/* Runs every golden picture, shows the first few, and fails if an answer is not the known one. */
#include <stdio.h>
#include <string.h>

#include "edgedigits_golden.h"
#include "edgedigits_model_data.h"
#include "edgedigits_net.h"

#define SHOWN 4

static void show(const uint8_t image[EDGEDIGITS_PIXELS])
{
    static const char shades[] = " .:-=+*#%@";
    int row, column;
    for (row = 0; row < EDGEDIGITS_SIDE; row += 2) { /* a character is twice as high as wide */
        for (column = 0; column < EDGEDIGITS_SIDE; ++column) {
            const uint8_t *pixel = image + row * EDGEDIGITS_SIDE + column;
            putchar(shades[(pixel[0] + pixel[EDGEDIGITS_SIDE]) * 9 / 510]);
        }
        putchar('\n');
    }
}

int main(void)
{
    int8_t probabilities[EDGEDIGITS_DIGITS];
    int item, right = 0, equal = 0;
    for (item = 0; item < edgedigits_golden_count; ++item) {
        const int digit = edgedigits_classify(edgedigits_golden_images[item], probabilities);
        right += digit == edgedigits_golden_labels[item];
        equal += memcmp(probabilities, edgedigits_golden_probabilities[item], sizeof probabilities) == 0;
        if (item < SHOWN) {
            show(edgedigits_golden_images[item]);
            printf("read as %s, probability %.3f\n\n", edgedigits_labels[digit], (probabilities[digit] + 128) / 256.0);
        }
    }
    printf("%d of %d drawn digits read as drawn; %d of %d answers are the known ones, bit for bit\n", right,
           edgedigits_golden_count, equal, edgedigits_golden_count);
    printf("%d bytes of RAM; the file for TensorFlow Lite Micro has %lu bytes\n", EDGEDIGITS_RAM_BYTES,
           (unsigned long)edgedigits_model_data_bytes);
    return equal == edgedigits_golden_count ? 0 : 1;
}
