# FastCGI as nginx speaks it, and as it doesn't: for the tests of the gateway, without a web server.
package fcgi;
use strict;
use warnings;

use IO::Poll qw(POLLIN POLLOUT POLLHUP POLLERR);
use IO::Socket::UNIX;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(time);

use constant { BEGINS => 1, ABORT => 2, ENDED => 3, PARAMS => 4, BODY => 5, ANSWER => 6 };

# record gives a record; more of them where the content is longer than one can be.
sub record
{
	my ($type, $content, $id, $padding) = @_;
	my $out = '';
	do
	{
		my $part = substr($content, 0, 65535, '');
		$out .= pack('CCnnCx', 1, $type, $id // 1, length $part, $padding // 0) . $part . "\0" x ($padding // 0);
	} while (length $content);
	return $out;
}

sub number { return $_[0] < 128 ? chr $_[0] : pack 'N', $_[0] | 1 << 31 }

# params gives parameters as octets, from pairs.
sub params
{
	my $out = '';
	while (my ($name, $value) = splice @_, 0, 2)
	{
		$out .= number(length $name) . number(length $value) . $name . $value;
	}
	return $out;
}

sub begin { my ($keep, $id) = @_; return record(BEGINS, pack('nCx5', 1, $keep // 1), $id) }

# stream gives a whole stream: what it holds, and its end.
sub stream { my ($type, $content, $id) = @_; return (length $content ? record($type, $content, $id) : '') . record($type, '', $id) }

# request gives a whole request: method, uri, key, body, headers (pairs), keep.
sub request
{
	my (%of) = @_;
	my $body = $of{body} // '';
	my @params = (REQUEST_METHOD => $of{method} // 'POST', REQUEST_URI => $of{uri} // '/public/v2/contacts', CONTENT_LENGTH => $of{length} // length $body,
		HTTP_X_REVYOPS_BASE => 'http://x');
	push @params, HTTP_CONTENT_TYPE => 'application/json' if length $body;
	push @params, HTTP_X_API_KEY => $of{key} if defined $of{key};
	return begin($of{keep}, $of{id}) . stream(PARAMS, params(@params, @{ $of{headers} // [] }), $of{id}) . stream(BODY, $body, $of{id});
}

# connect opens a connection.
sub connect
{
	my ($class, $path) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $path) or return undef;
	$socket->blocking(0);
	return bless { socket => $socket, in => '', out => '', path => $path }, $class;
}

# take_answer takes a whole answer off what has come: { status, headers => {}, body }; undef if it is not whole.
sub take_answer
{
	my ($self) = @_;
	my ($at, $text) = (0, '');
	while (length($self->{in}) >= $at + 8)
	{
		my ($version, $type, $id, $length, $padding) = unpack 'CCnnC', substr $self->{in}, $at, 8;
		die 'not FastCGI' if $version != 1;
		last if length($self->{in}) < $at + 8 + $length + $padding;
		my $content = substr $self->{in}, $at + 8, $length;
		$at += 8 + $length + $padding;
		$text .= $content if $type == ANSWER;
		next if $type != ENDED;
		die 'a request that was not complete' if $content ne "\0" x 8;
		substr $self->{in}, 0, $at, '';
		my ($head, $body) = $text =~ /\A(.*?)\r\n\r\n(.*)\z/s or die "no head: $text";
		my %headers = map { /^([^:]+): (.*)$/ ? (lc $1 => $2) : die "no header: $_" } split /\r\n/, $head;
		my ($status) = (delete $headers{status}) =~ /^(\d+) \w/;
		die "length of $text" if ($headers{'content-length'} // length $body) != length $body && length $body;
		delete $headers{'content-length'};
		return { id => $id, status => $status, headers => \%headers, body => $body };
	}
	return undef;
}

# drive sends what the connections have to send, and waits until each is done: its callback gets the answer, or
# undef when it was closed without one, and returns whether to go on.
sub drive
{
	my ($connections, $done, $seconds) = @_;
	my $poll = IO::Poll->new;
	my %of;
	my $end = time + ($seconds // $PostgreSQL::Test::Utils::timeout_default);

	my $watch = sub {
		my ($connection) = @_;
		$of{ $connection->{socket} } = $connection;
		$poll->mask($connection->{socket} => POLLIN | (length $connection->{out} ? POLLOUT : 0));
	};
	my $leave = sub {
		my ($connection) = @_;
		$poll->remove($connection->{socket});
		delete $of{ $connection->{socket} };
	};
	$watch->($_) for @$connections;
	while (%of)
	{
		die 'no answer in time' if time > $end;
		$poll->poll(1);
		for my $connection (map { $of{$_} // () } $poll->handles(POLLIN | POLLOUT | POLLHUP | POLLERR))
		{
			my $closed = 0;
			local $SIG{PIPE} = 'IGNORE';
			if (length $connection->{out})
			{
				my $sent = syswrite $connection->{socket}, $connection->{out};
				substr $connection->{out}, 0, $sent // 0, '';
				$connection->{out} = '' if !defined $sent && !$!{EAGAIN};
			}
			my $came = sysread $connection->{socket}, $connection->{in}, 65536, length $connection->{in};
			$closed = 1 if defined $came ? $came == 0 : !$!{EAGAIN};
			my $answer = $connection->take_answer;
			if (defined $answer || $closed)
			{
				$leave->($connection);
				my $on = $done->($connection, $answer);
				$watch->($on) if $on;
			}
			else
			{
				$watch->($connection);
			}
		}
	}
}

# send queues octets, and sends what the socket takes.
sub send
{
	my ($self, $octets) = @_;
	local $SIG{PIPE} = 'IGNORE';
	$self->{out} .= $octets;
	my $sent = syswrite $self->{socket}, $self->{out};
	substr $self->{out}, 0, $sent // 0, '';
	return $self;
}

# answer waits for the answer; undef when the connection was closed instead.
sub answer
{
	my ($self, $seconds) = @_;
	my $got = $self->take_answer;
	drive([$self], sub { $got = $_[1]; return }, $seconds) unless $got;
	return $got;
}

# is_closed waits for something to come, and tells that it was the end.
sub is_closed { my ($self) = @_; return !defined $self->answer }

sub close { my ($self) = @_; close $self->{socket} }

# ask sends one request on a connection of its own, and gives the answer.
sub ask
{
	my ($path, %of) = @_;
	my $connection = fcgi->connect($path) or return undef;
	return $connection->send(request(%of))->answer;
}

# start sends requests, each on a connection of its own; returns the connections.
sub start
{
	my ($path, @requests) = @_;
	my @connections = map { fcgi->connect($path) // die "$path: $!" } @requests;
	$connections[$_]->send(request(%{ $requests[$_] })) for 0 .. $#requests;
	return @connections;
}

# answers waits for the answers of connections, in their order; each has its place in the order of arrival.
sub answers
{
	my @connections = @_;
	my (%got, $place);
	drive(\@connections, sub { my ($connection, $answer) = @_; $answer->{place} = ++$place if $answer; $got{$connection} = $answer; return });
	return map { $got{$_} } @connections;
}

# together sends requests at once and gives their answers.
sub together { return answers(start(@_)) }

1;
