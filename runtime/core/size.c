/* size.c - sizes in bytes, as people write them. */
#include "text.h"
#include <ctype.h>
#include <neap/neap.h>
#include <string.h>

/* "", "B", "K", "k", "KB", "KiB"...: the power of two, or -1. */
static int shift_of(const char *unit)
{
    static const char prefixes[] = "KMGT";
    const char *prefix = *unit ? strchr(prefixes, toupper((unsigned char)*unit)) : NULL;
    int shift = prefix ? 10 * (int)(prefix - prefixes + 1) : 0;

    unit += prefix != NULL;
    if (prefix && unit[0] == 'i' && unit[1] == 'B')
        unit++;
    return unit[0] == '\0' || strcmp(unit, "B") == 0 ? shift : -1;
}

/* Digits and a fraction, exact to the byte. */
static int scaled(const char *text, size_t digits, const char *end, int shift,
                  uint64_t *out)
{
    uint64_t whole = 0, unit = (uint64_t)1 << shift, part = 0, tenth = unit;

    for (size_t i = 0; i < digits; i++) {
        if (whole > (UINT64_MAX / unit - 9) / 10)
            return neap_error(NEAP_ERANGE, "\"%.40s\" is more than 2^64 bytes", text);
        whole = whole * 10 + (uint64_t)(text[i] - '0');
    }
    for (const char *at = text + digits + 1; at < end; at++) {
        part += tenth * (uint64_t)(*at - '0') / 10;
        tenth /= 10;
    }
    if (whole * unit > UINT64_MAX - 1 - part)
        return neap_error(NEAP_ERANGE, "\"%.40s\" is more than 2^64 bytes", text);
    *out = whole * unit + part;
    return 0;
}

int neap_parse_size(const char *text, uint64_t *out)
{
    size_t digits = strspn(text, "0123456789");
    const char *end = text + digits;
    int shift;

    if (*end == '.' && digits && isdigit((unsigned char)end[1]))
        end += 1 + strspn(end + 1, "0123456789");
    shift = shift_of(end);
    if (!digits || shift < 0 || (shift == 0 && end > text + digits))
        return neap_error(NEAP_EINVAL,
                          "\"%.40s\" is not a size: a number of bytes, or one with K, "
                          "M, G or T",
                          text);
    return scaled(text, digits, end, shift, out);
}
