# Random creates, upserts, updates, merges and deletions, with retries, in one session and in eight at once,
# against a model of a few lines: each answer, and the table in the end, must be what the model has.
#
# What changed something held its locks while it took a number from a sequence: so in the order of these numbers
# the changes follow from each other, whichever sessions they were in.  What changed nothing has no such place
# when others are at work; alone, it is compared as well.
#
# MODEL_SEED repeats a run; MODEL_OPS is how many calls (default 3000).
use strict;
use utf8;
use warnings;

use IO::Select;
use IPC::Open2;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{MODEL_SEED} // int(rand(2**31));
my $ops = $ENV{MODEL_OPS} // 3000;
srand($seed);
note "MODEL_SEED=$seed";

my $json = JSON::PP->new->canonical->allow_nonref;
my $node = PostgreSQL::Test::Cluster->new('main');
$node->init(extra => [ '--encoding=UTF8', '--locale=C.UTF-8' ]);
$node->append_conf('postgresql.conf', 'deadlock_timeout = 20ms');
$node->start;
$node->safe_psql('postgres', <<'EOS');
CREATE EXTENSION revyops;
SELECT revyops_create_client('Model');
CREATE SCHEMA model;
CREATE SEQUENCE model.number;
-- An error undoes the call and is told as its status and its entries.
CREATE FUNCTION model.call(op text, id bigint, other bigint, body jsonb, key text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result jsonb;
	entries text;
BEGIN
	BEGIN
		CASE op
			WHEN 'create' THEN result := revyops_create_contact(body, 'FLAT', key);
			WHEN 'upsert' THEN result := revyops_upsert_contact(body, 'FLAT');
			WHEN 'update' THEN result := revyops_update_contact(id, body, 'FLAT');
			WHEN 'merge' THEN result := revyops_merge_contacts(id, other, 'FLAT');
			WHEN 'delete' THEN PERFORM revyops_delete_contact(id);
		END CASE;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS entries = PG_EXCEPTION_DETAIL;
		result := jsonb_build_object('error', SQLSTATE, 'entries', CASE WHEN SQLSTATE LIKE 'PT%' THEN entries::jsonb END, 'text', SQLERRM);
	END;
	RETURN jsonb_build_object('number', nextval('model.number'), 'result', result);
END
$$;
EOS

# ---------------------------------------------------------------- the model

my @texts = qw(first_name last_name origin contact_status);
my @merged;		# { kept, email, linkedin_url }, in their order: these keys lead to the kept one while nobody has them
my %contacts;	# id => { email, linkedin_url, texts, previous_status, fields => [[name, value], …] }

sub owners
{
	my ($email, $linkedin, $but) = @_;
	my @found;
	for my $key ([ '/email', 'email', $email ], [ '/linkedin_url', 'linkedin_url', $linkedin ])
	{
		next unless defined $key->[2];
		my ($id) = grep { ($contacts{$_}{ $key->[1] } // '') eq $key->[2] && $_ != ($but // 0) } keys %contacts;
		my ($kept) = defined $but ? () : map { $_->{kept} } grep { ($_->{ $key->[1] } // '') eq $key->[2] } reverse @merged;
		push @found, [ $key->[0], $id // $kept, $key->[1], defined $id ] if defined($id // $kept);
	}
	return @found;
}

sub taken { return { error => 'PT409', entries => [ map { "$_->[0] already_exists $_->[1]" } @_ ] } }
sub missing { return { error => 'PT404', entries => [ map { "$_ not_found" } @_ ] } }

sub merge_fields
{
	my ($have, $changes) = @_;
	my @fields = map { [@$_] } @$have;
	for my $change (@$changes)
	{
		my ($old) = grep { $_->[0] eq $change->[0] } @fields;
		if (!defined $change->[1]) { @fields = grep { $_->[0] ne $change->[0] } @fields }
		elsif ($old) { $old->[1] = $change->[1] }
		else { push @fields, [@$change] }
	}
	return \@fields;
}

sub model_create
{
	my ($call, $id) = @_;
	my @owners = owners($call->{email}, $call->{linkedin_url});
	return taken(@owners) if @owners;
	$contacts{$id} = { email => $call->{email}, linkedin_url => $call->{linkedin_url}, previous_status => undef,
		fields => merge_fields([], $call->{fields}), map { $_ => $call->{$_} // '' } @texts };
	return $contacts{$id};
}

sub model_change
{
	my ($id, $call) = @_;
	my %new = %{ $contacts{$id} };
	exists $call->{$_} and $new{$_} = $call->{$_} for qw(email linkedin_url), @texts;
	return { error => 'PT400', entries => [' identifier_required'] } unless defined $new{email} || defined $new{linkedin_url};
	my @owners = owners($new{email}, $new{linkedin_url}, $id);
	return taken(@owners) if @owners;
	$new{previous_status} = $contacts{$id}{contact_status} if $new{contact_status} ne $contacts{$id}{contact_status};
	$new{fields} = merge_fields($new{fields}, $call->{fields});
	return $contacts{$id} = \%new;
}

sub model_upsert
{
	my ($call, $id) = @_;
	my @owners = owners($call->{email}, $call->{linkedin_url});
	return taken(@owners) if @owners == 2 && $owners[0][1] != $owners[1][1];
	return model_create($call, $id) unless @owners;
	my %given = %$call;
	defined $given{$_} or delete $given{$_} for qw(email linkedin_url);
	delete $given{ $_->[2] } for grep { !$_->[3] } @owners;
	my %other = map { $_ => defined $contacts{ $owners[0][1] }{$_} && defined $given{$_} && $given{$_} ne $contacts{ $owners[0][1] }{$_} } qw(email linkedin_url);
	return { error => 'PT409', entries => [ map { "/$_ " . ($other{$_} ? 'key_conflict' : 'already_exists') . " $owners[0][1]" } qw(email linkedin_url) ] }
	  if $other{email} || $other{linkedin_url};
	return model_change($owners[0][1], \%given);
}

sub model_merge
{
	my ($keep, $other) = @_;
	my @gone = grep { !$contacts{ $_->[1] } } [ 'keep', $keep ], [ 'other', $other ];
	return missing($gone[0][0]) if @gone;	# the first that is missing is named
	my ($k, $o) = @contacts{ $keep, $other };
	my %new = %$k;
	$new{$_} //= $o->{$_} for qw(email linkedin_url);
	$new{$_} eq '' and $new{$_} = $o->{$_} for qw(first_name last_name origin);
	@new{qw(contact_status previous_status)} = @$o{qw(contact_status previous_status)} if $k->{contact_status} eq '' && $o->{contact_status} ne '';
	my %has = map { $_->[0] => 1 } @{ $k->{fields} };
	$new{fields} = [ @{ $k->{fields} }, grep { !$has{ $_->[0] } } @{ $o->{fields} } ];
	delete $contacts{$other};
	$_->{kept} = $keep for grep { $_->{kept} == $other } @merged;
	push @merged, { kept => $keep, map { $_ => $o->{$_} } qw(email linkedin_url) };
	return $contacts{$keep} = \%new;
}

sub model_delete
{
	my ($id) = @_;
	return missing('id') unless delete $contacts{$id};
	@merged = grep { $_->{kept} != $id } @merged;
	return {};
}

my %answered;	# idempotency key => what the first answer was

sub model
{
	my ($call, $result) = @_;
	my $op = $call->{op};
	return $answered{ $call->{key} } if $op eq 'create' && defined $call->{key} && $answered{ $call->{key} };
	my $after = $op eq 'create' ? model_create($call, $result->{id})
	  : $op eq 'upsert' ? model_upsert($call, $result->{id})
	  : $op eq 'update' ? ($contacts{ $call->{id} } ? model_change($call->{id}, $call) : missing('id'))
	  : $op eq 'merge' ? model_merge($call->{id}, $call->{other})
	  : model_delete($call->{id});
	$answered{ $call->{key} } = $after if $op eq 'create' && defined $call->{key} && !$after->{error};
	return $after;
}

# ---------------------------------------------------------------- calls and answers

sub pick { return $_[ rand @_ ] }

my @ids = (999999998, 999999999);	# of contacts that were seen, dead or alive, and of none
my @retried;		# creates that had a key: a caller who did not get his answer sends them again

sub random_fields
{
	my ($deletes) = @_;
	my %names = map { pick('Industry', 'Plan', 'Region', 'Größe') => 1 } 1 .. rand(3);
	return [ map { [ $_, $deletes && rand() < 0.3 ? undef : pick('SaaS', 'Müller & "Söhne"', '', '7') ] } sort keys %names ];
}

sub random_call
{
	my $op = pick(qw(create create create upsert upsert upsert update update merge delete));
	my %call = (op => $op);

	return pick(@retried) if $op eq 'create' && @retried && rand() < 0.2;
	if ($op =~ /create|upsert|update/)
	{
		$call{email} = sprintf('p%d@acme.com', rand(12)) if rand() < 0.6;
		$call{linkedin_url} = sprintf('https://www.linkedin.com/in/p%d', rand(12)) if rand() < 0.5;
		$call{email} //= 'p0@acme.com' if $op ne 'update' && !defined $call{linkedin_url};
		if ($op eq 'update')
		{
			for my $key (qw(email linkedin_url)) { $call{$key} = undef if rand() < 0.1 }
		}
		rand() < 0.4 and $call{$_} = pick('', 'new', 'customer', 'Ünal') for @texts;
		$call{fields} = random_fields($op ne 'create');
	}
	$call{body} = body(\%call) if $call{fields};
	if ($op eq 'create' && rand() < 0.3)
	{
		$call{key} = 'key ' . int(rand(1e9));
		push @retried, \%call;
	}
	$call{id} = pick(@ids) if $op =~ /update|merge|delete/;
	if ($op eq 'merge')
	{
		do { $call{other} = pick(@ids) } while $call{other} == $call{id};
	}
	return \%call;
}

# the body as a caller may write it: one text a call, which a retry sends again
sub body
{
	my ($call) = @_;
	my %body = map { $_ => $call->{$_} } grep { exists $call->{$_} } qw(email linkedin_url), @texts;
	$body{email} = uc $body{email} if defined $body{email} && rand() < 0.3;
	$body{linkedin_url} =~ s!^https://www\.!! if defined $body{linkedin_url} && rand() < 0.3;
	$body{ $call->{op} eq 'update' ? 'contact_custom_fields' : 'contact_custom_fields_input' } =
	  [ map { { field_name => $_->[0], field_value => $_->[1] } } @{ $call->{fields} } ];
	return $json->encode(\%body);
}

sub literal
{
	my ($value) = @_;
	return 'NULL' unless defined $value;
	$value =~ s/'/''/g;
	return "'$value'";
}

sub statement
{
	my ($call) = @_;
	return sprintf("SELECT model.call('%s', %s, %s, %s, %s);\n", $call->{op}, $call->{id} // 'NULL', $call->{other} // 'NULL',
		literal($call->{body}), literal($call->{key}));
}

# an answer in the model's terms
sub seen
{
	my ($result) = @_;
	return {} unless defined $result;
	return { error => $result->{error}, entries => [ map { join ' ', grep { defined } $_->{pointer} // $_->{parameter}, $_->{code}, $_->{existing_id} } @{ $result->{entries} // [] } ] }
	  if $result->{error};
	my $fields = $result->{contact_custom_fields};
	return { email => $result->{email}, linkedin_url => $result->{linkedin_url}, previous_status => $result->{previous_status},
		fields => [ map { [ $_, $fields->{$_} ] } sort keys %$fields ], map { $_ => $result->{$_} } @texts };
}

# FLAT fields come as an object, which has no order
sub flat
{
	my ($contact) = @_;
	return $contact unless $contact->{fields};
	return { %$contact, fields => [ sort { $a->[0] cmp $b->[0] } @{ $contact->{fields} } ] };
}

sub told
{
	my ($call) = @_;
	return $json->encode($call);
}

sub table_is_model
{
	my ($name) = @_;
	my $rows = $node->safe_psql('postgres', <<'EOS');
SELECT coalesce(jsonb_object_agg(id, jsonb_build_object('email', email, 'linkedin_url', linkedin_url, 'first_name', first_name,
	'last_name', last_name, 'origin', origin, 'contact_status', contact_status, 'previous_status', previous_status,
	'fields', (SELECT coalesce(jsonb_agg(jsonb_build_array(f->'field_name', f->'field_value') ORDER BY o), '[]') FROM jsonb_array_elements(custom_fields) WITH ORDINALITY AS e(f, o)))), '{}')
FROM revyops.contact;
EOS
	utf8::decode($rows);
	is_deeply($json->decode($rows), \%contacts, "$name: the table is the model's (" . scalar(keys %contacts) . ' contacts)');
	return;
}

# ---------------------------------------------------------------- sessions

sub session
{
	my $pid = open2(my $out, my $in, 'psql', '-XAtq', '-d', $node->connstr('postgres'));
	binmode $_, ':encoding(UTF-8)' for $in, $out;
	$in->autoflush(1);
	print $in "SET client_encoding = 'UTF8'; SET revyops.client_id = 1; SET deadlock_timeout = '20ms';\n";
	return { pid => $pid, in => $in, out => $out };
}

sub close_session
{
	my ($session) = @_;
	close $session->{in};
	waitpid $session->{pid}, 0;
	return;
}

sub answer_of
{
	my ($session) = @_;
	my $line = readline $session->{out};
	defined $line or die 'a session ended';
	my $answer = $json->decode($line);
	push @ids, $answer->{result}{id} if $answer->{result} && $answer->{result}{id};
	return $answer;
}

# one session: every answer is the model's
{
	my $session = session();
	my (%outcomes, @wrong);
	for my $n (1 .. $ops)
	{
		my $call = random_call();
		print { $session->{in} } statement($call);
		my $answer = answer_of($session);
		my $expected = flat(model($call, $answer->{result}));
		my $got = seen($answer->{result});
		my $outcome = $call->{op} . ' ' . ($got->{error} // 'done');
		$outcomes{$outcome}++;
		push @wrong, told($call) . "\n  got " . $json->encode($answer->{result}) . "\n  expected " . $json->encode($expected)
		  if $json->encode($got) ne $json->encode($expected);
		last if @wrong;
	}
	is_deeply(\@wrong, [], 'one session: each answer is the model\'s') or diag(@wrong, " MODEL_SEED=$seed");
	note join ', ', map { "$_: $outcomes{$_}" } sort keys %outcomes;
	is_deeply([ grep { !$outcomes{$_} } 'create done', 'create PT409', 'upsert done', 'upsert PT409', 'update done', 'update PT400', 'update PT404',
			'update PT409', 'merge done', 'merge PT404', 'delete done', 'delete PT404' ], [], 'one session: all of these happened');
	table_is_model('one session');
	close_session($session);
}

# eight sessions: what was done is the model's, in the order of the numbers
{
	my @sessions = map { session() } 1 .. 8;
	my %of = map { fileno($_->{out}) => $_ } @sessions;
	my $select = IO::Select->new(map { $_->{out} } @sessions);
	my (@done, %errors, $started, $open);
	my $start = sub {
		my ($session) = @_;
		$session->{call} = random_call();
		print { $session->{in} } statement($session->{call});
		$started++;
	};
	$start->($_) for @sessions;
	$open = @sessions;
	while ($open)
	{
		for my $out ($select->can_read(60))
		{
			my $session = $of{ fileno($out) };
			my $answer = answer_of($session);
			my $error = $answer->{result} && $answer->{result}{error};
			if ($error) { $errors{$error}++ }
			else { push @done, [ $answer->{number}, $session->{call}, $answer->{result} ] }
			if ($started < $ops) { $start->($session) }
			else { $open-- }
		}
	}
	close_session($_) for @sessions;
	note scalar(@done) . ' done, ' . join ', ', map { "$_: $errors{$_}" } sort keys %errors;
	is_deeply([ grep { !/^(PT400|PT404|PT409|40P01)$/ } keys %errors ], [], 'eight sessions: no other errors');

	my @wrong;
	for my $done (sort { $a->[0] <=> $b->[0] } @done)
	{
		my ($number, $call, $result) = @$done;
		my $expected = $json->encode(flat(model($call, $result)));
		my $got = $json->encode(seen($result));
		push @wrong, "$number " . told($call) . "\n  got $got\n  expected $expected\n" if $got ne $expected;
		last if @wrong;
	}
	is_deeply(\@wrong, [], 'eight sessions: each answer is the model\'s') or diag(@wrong, " MODEL_SEED=$seed");
	table_is_model('eight sessions');
}

done_testing();
