/* Speaks to zebra's vty socket as vtysh does, which saves starting a process that might hang: a command ends with a zero byte, an answer
   with three of them and a status. netconfd has one thread, and its confirm timers wait while we do: so nothing here blocks. */
#include "zebra.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SOCKET "/run/frr/zebra.vty"
#define ANSWER_BYTES_MAX (4 * 1024 * 1024) /* some 6000 routes; parsed they take ten times that of netconfd's memory */
#define READ_BYTES 65536
#define END_BYTES 4

int64_t monotonic_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int open_socket(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
    close(fd);
    fd = -1;
  }
  return fd;
}

static bool wait_for(int fd, short events, int64_t deadline_ms) {
  struct pollfd wanted = {.fd = fd, .events = events};
  for (;;) {
    int64_t left = deadline_ms - monotonic_ms();
    int ready = left > 0 ? poll(&wanted, 1, (int)left) : 0;
    if (ready >= 0 || errno != EINTR) return ready > 0;
  }
}

static bool send_command(int fd, const char *command, int64_t deadline_ms) {
  size_t sent = 0, size = strlen(command) + 1;
  while (sent < size) {
    ssize_t count = send(fd, command + sent, size - sent, MSG_NOSIGNAL);
    if (count >= 0)
      sent += (size_t)count;
    else if (errno == EINTR)
      continue;
    else if (errno != EAGAIN || !wait_for(fd, POLLOUT, deadline_ms))
      return false;
  }
  return true;
}

static bool has_ended(const char *text, size_t size) {
  return size >= END_BYTES && memcmp(text + size - END_BYTES, "\0\0\0", END_BYTES - 1) == 0;
}

/* The answer as text, for the caller to free. */
static char *read_answer(int fd, int64_t deadline_ms, const char **trouble) {
  char *text = NULL;
  size_t size = 0, room = 0;
  while (!has_ended(text, size)) {
    if (room - size < READ_BYTES) {
      room = 2 * room + READ_BYTES;
      char *larger = realloc(text, room);
      if (larger == NULL) {
        *trouble = "no memory for zebra's answer";
        free(text);
        return NULL;
      }
      text = larger;
    }
    ssize_t count = recv(fd, text + size, READ_BYTES, 0);
    if (count > 0 && size + (size_t)count <= ANSWER_BYTES_MAX) {
      size += (size_t)count;
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count >= 0 || errno != EAGAIN || !wait_for(fd, POLLIN, deadline_ms)) {
      *trouble = count > 0   ? "zebra's answer is too large"
                 : count < 0 ? "zebra did not answer in time"
                             : "zebra closed its socket without an answer";
      free(text);
      return NULL;
    }
  }
  if (text[size - 1] != 0) {
    *trouble = "zebra refused the question";
    free(text);
    return NULL;
  }
  return text;
}

struct json_object *ask_zebra(const char *command, int64_t deadline_ms, const char **trouble) {
  struct json_object *answer = NULL;
  char *text = NULL;
  int fd = open_socket();
  if (fd < 0)
    *trouble = "zebra cannot be reached at " SOCKET;
  else if (!send_command(fd, command, deadline_ms))
    *trouble = "zebra did not take the question in time";
  else
    text = read_answer(fd, deadline_ms, trouble);
  if (text != NULL) {
    answer = json_tokener_parse(text);
    if (!json_object_is_type(answer, json_type_object)) {
      *trouble = "zebra's answer is not the JSON expected";
      json_object_put(answer);
      answer = NULL;
    }
  }
  free(text);
  if (fd >= 0) close(fd);
  return answer;
}
