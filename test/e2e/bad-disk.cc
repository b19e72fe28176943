// For LD_PRELOAD: reading a file whose name ends in "bad.log" fails with EIO from byte BAD_FROM on, as a bad sector makes it.
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

using Pread = ssize_t (*)(int, void *, size_t, off_t);

static bool isBad(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path);
  return length >= 7 && memcmp(path + length - 7, "bad.log", 7) == 0;
}

static ssize_t read(const char *name, int fd, void *buffer, size_t count, off_t offset) {
  static Pread real = reinterpret_cast<Pread>(dlsym(RTLD_NEXT, name));
  if (isBad(fd)) {
    off_t from = atol(getenv("BAD_FROM"));
    if (offset >= from) {
      errno = EIO;
      return -1;
    }
    if (offset + static_cast<off_t>(count) > from) count = from - offset;
  }
  return real(fd, buffer, count, offset);
}

extern "C" ssize_t pread(int fd, void *buffer, size_t count, off_t offset) { return read("pread", fd, buffer, count, offset); }
extern "C" ssize_t pread64(int fd, void *buffer, size_t count, off_t offset) { return read("pread64", fd, buffer, count, offset); }
