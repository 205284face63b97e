/* Preloaded before libc: a file system that cannot flush folders and has no locks, and a clock that jumps.

   NO_FOLDER_FLUSH, NO_FLOCK: set to anything.  CLOCK_SHIFT: seconds added to the time of day. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

int fsync(int file) {
    struct stat status;
    if (getenv("NO_FOLDER_FLUSH") && fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(file);
}

int flock(int file, int operation) {
    if (getenv("NO_FLOCK")) {
        errno = ENOLCK;
        return -1;
    }
    return ((int (*)(int, int))dlsym(RTLD_NEXT, "flock"))(file, operation);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now);
    const char *shift = getenv("CLOCK_SHIFT");
    if (result == 0 && clock == CLOCK_REALTIME && shift)
        now->tv_sec += atol(shift);
    return result;
}
