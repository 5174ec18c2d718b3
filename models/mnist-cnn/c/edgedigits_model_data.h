/* The int8 TFLite file as an array, for TensorFlow Lite Micro, and what its numbers mean. */
#ifndef EDGEDIGITS_MODEL_DATA_H
#define EDGEDIGITS_MODEL_DATA_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The file, aligned to 16 bytes, as flatbuffers want it. */
extern const uint8_t edgedigits_model_data[];
extern const size_t edgedigits_model_data_bytes;

/* value = (stored - zero_point) * scale, at both ends. */
extern const float edgedigits_input_scale;
extern const int edgedigits_input_zero_point;
extern const float edgedigits_output_scale;
extern const int edgedigits_output_zero_point;

/* What each of the outputs stands for. */
#define EDGEDIGITS_LABELS 10
extern const char *const edgedigits_labels[EDGEDIGITS_LABELS];

/* The picture: EDGEDIGITS_PATCH_PX squared, ink 255 on 0. Scale the ink so that its longer side is EDGEDIGITS_BOX_PX and
 * its strongest pixel 255, and place its centre of mass at pixel 14, 14. The input wants pixel + EDGEDIGITS_PIXEL_OFFSET
 * as int8. */
#define EDGEDIGITS_PATCH_PX 28
#define EDGEDIGITS_BOX_PX 20
#define EDGEDIGITS_PIXEL_OFFSET (-128)

#ifdef __cplusplus
}
#endif

#endif
