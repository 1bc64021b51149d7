/* queue.h - queues of tasks for policies in Lua: neap.fifo() and neap.heap().
 *
 * A queue holds handles without keeping them alive: a task that leaves the policy, or
 * ends, leaves the queue by itself. A task is in one queue at a time. Only making a
 * queue, each() and a heap that grows allocate.
 */
#ifndef NEAP_QUEUE_H
#define NEAP_QUEUE_H

#include <lua.h>

struct neap_handle;

int neap_queue_fifo(lua_State *L); /* neap.fifo() */
int neap_queue_heap(lua_State *L); /* neap.heap() */
/* Out of the queue that it is in, if any. */
void neap_queue_leave(struct neap_handle *h);

#endif
