/* log.c - what policies print: one line each, bounded in length and in number.
 *
 * Time is the runtime's, so that a replay drops the same lines. A policy that a script
 * gives as a table may write as much as the script itself could.
 */
#include "host.h"
#include <stdio.h>

enum { LINE_MAX_BYTES = 512 };

static void tell_dropped(struct neap_host *h, neap_ctx *c)
{
    char text[96];

    if (h->dropped == 0)
        return;
    snprintf(text, sizeof text,
             "%u lines were dropped: a policy file may write %d a second", h->dropped,
             NEAP_LOG_RATE);
    h->dropped = 0;
    neap_log(c, text);
}

static bool may_write(struct neap_host *h, neap_ctx *c)
{
    if (!h->own)
        return true;
    if (h->logged == 0 || c->now - h->logged_from >= NEAP_S) {
        tell_dropped(h, c);
        h->logged_from = c->now;
        h->logged = 0;
    }
    if (h->logged == NEAP_LOG_RATE) {
        h->dropped++;
        return false;
    }
    h->logged++;
    return true;
}

void neap_log_write(struct neap_host *h, neap_ctx *c, const char *text, size_t size)
{
    char line[LINE_MAX_BYTES];

    if (!may_write(h, c))
        return;
    neap_text_plain(line, sizeof line, text, size, NEAP_TEXT_LINE);
    neap_log(c, line);
}

void neap_log_close(struct neap_host *h, neap_ctx *c)
{
    tell_dropped(h, c);
}
