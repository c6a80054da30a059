# nginx in front of the gateway: what its callers see when the gateway is killed, and when nginx is reloaded.
use strict;
use warnings;

use lib 't';

use gateway;
use HTTP::Tiny;
use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = gateway::node('main');
my $key = gateway::key($node, 'One');
my $gateway = gateway->new($node);
my $dir = $gateway->{dir};
my $port = PostgreSQL::Test::Cluster::get_free_port();
my $CALLERS = 8;

append_to_file("$dir/nginx.conf", patience::file('nginx.conf') =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/r);
my $nginx;
{
	local $ENV{PATH} = "$ENV{PATH}:/usr/sbin";
	$nginx = IPC::Run::start([ 'nginx', '-p', $dir, '-c', 'nginx.conf', '-e', 'stderr' ], '<', \undef, '>', "$dir/nginx.log", '2>&1', init => sub { chdir $dir });
}
END { local $?; $nginx->signal('TERM'), $nginx->finish if $nginx }

sub post
{
	my ($name) = @_;
	my $got = HTTP::Tiny->new(keep_alive => 0, no_proxy => [ '127.0.0.1' ])->post("http://127.0.0.1:$port/public/v2/contacts", { content => "{\"email\": \"$name\@acme.com\"}", headers => { 'X-API-Key' => $key, 'Content-Type' => 'application/json' } });
	return join ' ', $got->{status}, $got->{status} == 201 ? $got->{content} =~ /"email": "$name\@/ ? 'right' : 'wrong' : "$got->{content} $got->{headers}{'content-type'} " . ($got->{headers}{'retry-after'} // '');
}
gateway::until_true('nginx', sub { post('up') =~ /^(201|409)/ });

# under_load runs something while callers create one after the other; returns name => answer.
sub under_load
{
	my ($name, $run) = @_;
	my (@pids, %answer);
	for my $caller (1 .. $CALLERS)
	{
		my $pid = fork // die;
		push @pids, $pid;
		next if $pid;
		open my $file, '>', "$dir/$name$caller" or die;
		$file->autoflush;
		for (my $i = 1; !-e "$dir/$name-end"; $i++)
		{
			print $file "$name-$caller-$i\n", post("$name-$caller-$i"), "\n";
		}
		require POSIX;
		POSIX::_exit(0);
	}
	# each so far that many of its own have been answered
	my $answered = sub { my ($least) = @_; gateway::until_true("$least answers", sub { !grep { my $file = "$dir/$name$_"; $least > (-e $file ? scalar(() = slurp_file($file) =~ /^201 right/mg) : 0) } 1 .. $CALLERS }); return scalar(() = join('', map { slurp_file("$dir/$name$_") } 1 .. $CALLERS) =~ /^201 right/mg) };
	$answered->(20);
	$run->(sub { my $more = 1 + int($answered->(20) / $CALLERS); $answered->($more + 20) });
	append_to_file("$dir/$name-end", '');
	waitpid $_, 0 for @pids;
	%answer = map { split /\n/, slurp_file("$dir/$name$_") } 1 .. $CALLERS;
	my %count;
	$count{$_}++ for values %answer;
	diag "$name: " . join ', ', map { "$count{$_} × $_" } sort keys %count;
	my %row = map { $_ => 1 } split /\n/, $node->safe_psql('postgres', "SELECT split_part(email, '\@', 1) FROM revyops.contact WHERE email LIKE '$name-%'");
	is_deeply([ grep { $answer{$_} =~ /^201/ && !$row{$_} } sort keys %answer ], [], "$name: every 201 is a row");
	is_deeply([ grep { !exists $answer{$_} } sort keys %row ], [], "$name: every row is a request's");
	return \%count;
}

my $unavailable = '503 {"detail": "Service unavailable, try again."} application/json; charset=utf-8 1';
my $count = under_load('killed', sub {
	my ($more) = @_;
	$gateway->end('KILL');
	gateway::until_true('a 503', sub { grep { slurp_file("$dir/killed$_") =~ /^503/m } 1 .. $CALLERS });
	$gateway->start;
	$more->();
});
is_deeply([ sort keys %$count ], [ '201 right', $unavailable ], 'the gateway is killed: 503 in JSON, and the next one serves');

$count = under_load('ended', sub {
	my ($more) = @_;
	is($gateway->end('TERM'), 0, 'the gateway is ended');
	$gateway->start;
	$more->();
});
delete $count->{$unavailable};
is_deeply([ keys %$count ], [ '201 right' ], 'and started again: nothing but 201 and 503');

$count = under_load('reloaded', sub {
	my ($more) = @_;
	for (1 .. 3)
	{
		$nginx->signal('HUP');
		$more->();
	}
});
is_deeply([ keys %$count ], [ '201 right' ], 'nginx is reloaded three times: no request fails');
unlike(slurp_file("$dir/nginx.log"), qr/rvo_/, 'no key in nginx\'s log');
done_testing();
