/*
 * systemd.c
 *	  The service manager: sockets it has opened, and what it is told.
 *
 * The two protocols are a few lines each, documented in sd_listen_fds(3) and
 * sd_notify(3); so there is no library.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "memory.h"
#include "systemd.h"

#define FIRST_FD 3

/*
 * systemd_socket returns the socket of that name (FileDescriptorName=); -1 = none.
 * The service manager hands them over such that accept() waits, which it must not.
 */
int
systemd_socket(const char *name)
{
	const char *pid = getenv("LISTEN_PID");
	const char *count = getenv("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	Slice		left;

	if (pid == NULL || count == NULL || names == NULL || atol(pid) != (long) getpid())
		return -1;
	left = (Slice) {names, strlen(names)};
	for (int i = 0; i < atoi(count); i++)
	{
		if (!slice_is(slice_cut(&left, ':'), name))
			continue;
		fcntl(FIRST_FD + i, F_SETFL, O_NONBLOCK);
		return FIRST_FD + i;
	}
	return -1;
}

/* systemd_notify tells the service manager, if there is one that listens. */
void
systemd_notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int			fd;

	if (path == NULL || strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void) !sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *) &address,
				   (socklen_t) (offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}
