// JDBC: what it makes of answers, errors and notices.
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLWarning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import javax.net.SocketFactory;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;
import org.postgresql.util.ServerErrorMessage;

class Jdbc {
	private static final String TAKEN = "[{\"pointer\":\"/email\",\"code\":\"already_exists\",\"message\":\"This value is already taken.\",\"existing_id\":%d}]";
	private static final String ANSWER = "{\"id\": ID, \"email\": \"%s\", \"origin\": \"\", \"last_name\": \"\", \"first_name\": \"\", \"updated_time\": \"TIME\","
		+ " \"contact_status\": \"\", \"previous_status\": null, \"status_changed_at\": null, \"last_reply_received\": null, \"contact_custom_fields\": [%s],"
		+ " \"last_campaign_email_sent\": null, \"first_campaign_email_sent\": null}";
	private static int count, failures;
	private static Connection connection;

	// A test: passes if both are equal.
	private static void same(Object got, Object expected, String name) {
		boolean ok = Objects.equals(got, expected);
		failures += ok ? 0 : 1;
		System.out.printf("%s %d - %s%n", ok ? "ok" : "not ok", ++count, name);
		if (!ok)
			System.out.printf("#      got: %s%n# expected: %s%n", got, expected);
	}

	// An answer with names in place of what no test can know, where that is as it should be.
	private static String known(String answer) {
		return answer == null ? null : answer.replaceAll("\"id\": [1-9][0-9]*", "\"id\": ID")
			.replaceAll("\"updated_time\": \"\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z\"", "\"updated_time\": \"TIME\"");
	}

	// Rows, their columns as texts.
	private static List<List<String>> query(String statement, String... parameters) throws SQLException {
		try (PreparedStatement prepared = connection.prepareStatement(statement)) {
			for (int i = 0; i < parameters.length; i++)
				prepared.setString(i + 1, parameters[i]);
			List<List<String>> rows = new ArrayList<>();
			ResultSet result = prepared.executeQuery();
			while (result.next()) {
				List<String> row = new ArrayList<>();
				for (int i = 1; i <= result.getMetaData().getColumnCount(); i++)
					row.add(result.getString(i));
				rows.add(row);
			}
			return rows;
		}
	}

	private static String create(String body) throws SQLException {
		return query("SELECT revyops_create_contact(?::jsonb)", body).get(0).get(0);
	}

	private static SQLException errorOf(String statement, String... parameters) {
		try {
			query(statement, parameters);
		} catch (SQLException e) {
			return e;
		}
		throw new AssertionError("there was no error");
	}

	private static List<Object> told(ServerErrorMessage m) {
		return Arrays.asList(m.getSeverity(), m.getSQLState(), m.getMessage(), m.getDetail(), m.getHint());
	}

	private static void answers() throws SQLException {
		String field = "{\"id\": ID, \"field_name\": \"Industry\", \"field_value\": \"SaaS\", \"updated_time\": \"TIME\"}";
		same(known(create("{\"email\": \"Jane@acme.com\", \"contact_custom_fields_input\": [{\"field_name\": \"Industry\", \"field_value\": \"SaaS\"}]}")),
			String.format(ANSWER, "jane@acme.com", field), "a create gives a text");
		List<List<String>> rows = query("SELECT ordinal, status, contact, contact->>'id', errors->0->>'existing_id', errors->0->>'duplicate_of'"
			+ " FROM revyops_create_contacts(?::jsonb)", "[{\"email\": \"ann@acme.com\"}, {\"email\": \"ANN@acme.com\"}]");
		String id = rows.get(0).get(3);
		rows.get(0).set(2, known(rows.get(0).get(2)));
		same(rows, Arrays.asList(Arrays.asList("1", "201", String.format(ANSWER, "ann@acme.com", ""), id, null, null),
			Arrays.asList("2", "409", null, null, id, "1")), "a batch gives a row for each");
	}

	private static void errors() throws SQLException, IOException {
		for (String line : Files.readAllLines(Path.of(System.getenv("REVYOPS_ERRORS")))) {
			String[] column = line.split("\t");
			SQLException e = errorOf("SELECT " + column[3].replace("BODY", "?::jsonb"), column[4]);
			same(Arrays.asList(e.getClass(), e.getSQLState(), told(((PSQLException) e).getServerErrorMessage())),
				Arrays.asList(PSQLException.class, column[0], Arrays.asList("ERROR", column[0], column[1], column[2], null)), column[0] + ": " + column[1]);
		}
		same(SQLIntegrityConstraintViolationException.class.isAssignableFrom(PSQLException.class), false, "none of them is an SQLIntegrityConstraintViolationException");
	}

	private static void transaction() throws SQLException {
		String taken = query("SELECT id FROM revyops.contact WHERE email = 'taken@acme.com'").get(0).get(0);
		connection.setAutoCommit(false);
		query("INSERT INTO orders SELECT (revyops_create_contact(?::jsonb)->>'id')::bigint, 'book' RETURNING item", "{\"email\": \"both@acme.com\"}");
		PSQLException e = (PSQLException) errorOf("SELECT revyops_create_contact(?::jsonb)", "{\"email\": \"taken@acme.com\"}");
		connection.rollback();
		connection.setAutoCommit(true);
		same(Arrays.asList(e.getServerErrorMessage().getDetail(), query("SELECT id FROM revyops.contact WHERE email = 'both@acme.com'"), query("SELECT item FROM orders")),
			Arrays.asList(String.format(TAKEN, Long.valueOf(taken)), List.of(), List.of()), "a contact and an own row roll back together");
	}

	private static void notice() throws SQLException {
		try (PreparedStatement prepared = connection.prepareStatement("SELECT revyops_create_contact('{\"email\": \"notice@acme.com\", \"e_mail\": \"x\"}')")) {
			prepared.execute();
			List<List<Object>> notices = new ArrayList<>();
			for (SQLWarning w = prepared.getWarnings(); w != null; w = w.getNextWarning())
				notices.add(told(((PSQLWarning) w).getServerErrorMessage()));
			same(notices, List.of(List.of("NOTICE", "00000", "unknown members were ignored", "Ignored: \"e_mail\".", "Perhaps you meant \"email\".")),
				"a warning of the statement names unknown members");
		}
	}

	public static void main(String[] arguments) throws SQLException, IOException {
		Properties properties = new Properties();
		properties.put("user", System.getenv("PGUSER"));
		properties.put("socketFactory", UnixSockets.class.getName());
		properties.put("socketFactoryArg", System.getenv("PGHOST") + "/.s.PGSQL." + System.getenv("PGPORT"));
		connection = DriverManager.getConnection("jdbc:postgresql:" + System.getenv("PGDATABASE"), properties);
		answers();
		errors();
		transaction();
		notice();
		connection.close();
		System.out.println("1.." + count);
		System.exit(failures == 0 ? 0 : 1);
	}

	// The driver knows TCP only; the servers of the tests listen on a unix socket, whose path is its argument.
	public static class UnixSockets extends SocketFactory {
		private final String path;

		public UnixSockets(String path) {
			this.path = path;
		}

		@Override
		public Socket createSocket() {
			return new UnixSocket(path);
		}

		@Override
		public Socket createSocket(String host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port) {
			return createSocket();
		}

		@Override
		public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) {
			return createSocket();
		}
	}

	private static class UnixSocket extends Socket {
		private final UnixDomainSocketAddress address;
		private SocketChannel channel;

		UnixSocket(String path) {
			address = UnixDomainSocketAddress.of(path);
		}

		@Override
		public void connect(SocketAddress ignored, int timeout) throws IOException {
			channel = SocketChannel.open(address);
		}

		@Override
		public boolean isConnected() {
			return channel != null;
		}

		@Override
		public InputStream getInputStream() {
			return Channels.newInputStream(channel);
		}

		@Override
		public OutputStream getOutputStream() {
			return Channels.newOutputStream(channel);
		}

		@Override
		public void close() throws IOException {
			if (channel != null)
				channel.close();
		}

		// What the driver sets of TCP.
		@Override
		public void setTcpNoDelay(boolean on) {
		}

		@Override
		public void setKeepAlive(boolean on) {
		}

		@Override
		public void setSoTimeout(int timeout) {
		}

		@Override
		public int getSoTimeout() {
			return 0;
		}
	}
}
