/* Prints what the launcher's meter reads of a control group, in the order of test_cgroups.py. */

#include "launcher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void die(const char *format, ...)
{
    fputs(format, stderr);
    exit(70);
}

int main(void)
{
    struct meter meter;

    open_meter(&meter, true);
    struct disturbance disturbance = meter_disturbance(&meter);
    printf("%d %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", meter.is_v2 ? 2 : 1, meter_cpu_ns(&meter),
           meter_memory(meter.memory_fd), meter_memory(meter.peak_fd), meter_oom_kills(&meter), disturbance.throttled_ns);
    return 0;
}
