/* refused.h - what cannot be asked for where there are virtual tasks only. */
#ifndef NEAP_VIRTUAL_REFUSED_H
#define NEAP_VIRTUAL_REFUSED_H

/* Sets the error that says so; returns -NEAP_EUNSUPPORTED. */
int neap_virtual_refuse(void);                /* no processes */
int neap_virtual_refuse_it(const char *what); /* "signals are not heard" */

#endif
