/*
 * systemd.h
 *	  The service manager: sockets it has opened, and what it is told.
 */
#ifndef GATEWAY_SYSTEMD_H
#define GATEWAY_SYSTEMD_H

extern int	systemd_socket(const char *name);
extern void systemd_notify(const char *state);

#endif							/* GATEWAY_SYSTEMD_H */
