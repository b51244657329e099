/*
 * Identity of a function across restarts: its name without what only one process has.
 *
 * Two nights are two processes. Addresses move with ASLR, a JIT's symbol file carries a pid, code made at run
 * time carries addresses and counters, a rebuilt Rust program new hashes. A comparison by raw names would call
 * all of it new and gone. What is replaced, and by what:
 *
 *     [unknown] 0x0000000003932388              [unknown]
 *     [/tmp/perf-29887.map]                     [/tmp/perf-*.map]
 *     Foo$$Lambda$3/0x00007fa75c002800.run      Foo$$Lambda$*.run        (also Lambda/0x…, Lambda$3/12345)
 *     GeneratedMethodAccessor12.invoke          GeneratedMethodAccessor*.invoke
 *                                               (also GeneratedConstructorAccessor, $Proxy12, $$EnhancerBy…$$1a2b)
 *     alloc::vec::push::h0123456789abcdef       alloc::vec::push
 *     foo.llvm.1234567890                       foo.llvm.*
 *     anything 0x7ffd12345678                   anything 0x*             (four hexadecimal digits or more)
 *
 * Anything else is its own identity. The result is for comparing, for colours and for heads of lines; the raw
 * name belongs beside it. Pure and linear in the length of the name.
 */
#ifndef FP_PROFILE_IDENT_H
#define FP_PROFILE_IDENT_H

#include "base/str.h"

/* Puts the identity of `name` into `to` (emptied first); never longer than the name. False when it is the name as it
 * is: `to` is then empty, and nothing was copied. A failed append shows in `to`. */
bool fp_ident_of_name(struct fp_str *to, struct fp_slice name);

#endif
