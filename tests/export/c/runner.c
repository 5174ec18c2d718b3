/* Pictures of 784 bytes from standard input, ten int8 answers to each to standard output. */
#include <stdio.h>

#include "edgedigits_net.h"

int main(void)
{
    static uint8_t image[EDGEDIGITS_PIXELS];
    static int8_t probabilities[EDGEDIGITS_DIGITS];
    while (fread(image, sizeof image, 1, stdin) == 1) {
        edgedigits_classify(image, probabilities);
        if (fwrite(probabilities, sizeof probabilities, 1, stdout) != 1) {
            return 1;
        }
    }
    return ferror(stdin) ? 1 : 0;
}
