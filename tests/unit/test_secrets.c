/* source/secrets and source/http: what is never shown, which configurations are refused, TLS. */
#include "http_client.h"
#include "source/secrets.h"

/* ---- secrets ---- */

static void test_secrets_are_masked(void **state)
{
    static const char *const where[] = { "leak", "leak-plain" };
    struct fp_header headers[] = { { "X-Key", "Basic k-12345" } };
    struct fp_error err = FP_ERROR_INIT;
    char path[] = "/tmp/fp-test-token-XXXXXX";
    struct fp_source *source;
    FILE *file = fdopen(mkstemp(path), "w");

    (void)state;
    fputs("  " TOKEN " \r\nsecond line\n", file);
    fclose(file);
    for (int i = 0; i < 2; i++) {
        struct fp_source_config config = config_for(where[i]);
        struct outcome o;

        config.token_file = path;
        config.headers = headers;
        config.header_count = 1;
        o = outcome_of(&config, NULL);
        expect_failure(&o, FP_EREFUSED, "[secret]", "source.token_file");
        /* Not even half of it. */
        expect_no_text(o.err.message, "tok-");
        expect_no_text(o.err.message, "k-12345");
        fp_str_release(&o.text);
    }
    {
        struct fp_source_config config = config_for("leak");

        config.token_file = path;
        source = open_source(&config, NULL);
        fp_error_set(&err, FP_EDATA, "the codec read %s and %s", TOKEN, TOKEN);
        fp_source_mask(source, &err);
        assert_string_equal(err.message, "the codec read [secret] and [secret]");
        fp_source_mask(source, NULL);
        fp_source_close(source);
    }
    unlink(path);
}

static void test_password_is_masked(void **state)
{
    /* Every length of padding. */
    static const char *const pairs[] = {
        "joe:hunter22",
        "joe:hunter2",
        "jo:hunter2",
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct fp_source_config config = config_for("leak-basic");
        struct outcome o;
        char with[256];

        snprintf(with, sizeof with, "http://%s@127.0.0.1:%d/leak-basic", pairs[i], server.port);
        config.url = with;
        o = outcome_of(&config, NULL);
        expect_failure(&o, FP_EREFUSED, "`Authorization: Basic [secret]`", "HTTP 401");
        expect_no_text(o.err.message, "hunter2");
        fp_str_release(&o.text);
    }
}

static void test_mask(void **state)
{
    struct fp_secrets secrets = { 0 };
    struct fp_str text;

    (void)state;
    assert_int_equal(fp_secrets_add(&secrets, "", NULL), 0);
    assert_int_equal(fp_secrets_add(&secrets, "ab", NULL), 0);
    assert_int_equal(fp_secrets_add(&secrets, "abab-long", NULL), 0);
    assert_int_equal(fp_secrets_add(&secrets, "q", NULL), 0);
    fp_str_init(&text, 4096);
    fp_str_puts(&text, "xabab-longx abab ABab aqa");
    fp_secrets_mask(&secrets, &text);
    assert_string_equal(text.data, "x[secret]x [secret][secret] AB[secret] a[secret]a");
    fp_str_clear(&text);
    fp_secrets_mask(&secrets, &text);
    assert_int_equal(text.len, 0);
    fp_str_release(&text);
    fp_str_init(&text, 10); /* no room for the marks: cut, never shown */
    fp_str_puts(&text, "qqqqqqqqqq");
    fp_secrets_mask(&secrets, &text);
    assert_string_equal(text.data, "[secret][s");
    fp_str_release(&text);
    fp_secrets_release(&secrets);
}

static void expect_refused(const struct fp_source_config *config, const char *part, const char *never)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source *source = NULL;
    int rc = fp_source_open(&source, config, NULL, &err);

    assert_null(source);
    assert_int_equal(rc, err.code);
    assert_true(rc < 0);
    expect_text(err.message, part);
    expect_no_text(err.message, never);
}

static void test_bad_configuration(void **state)
{
    static const char *const urls[][2] = {
        { "deepflow:20416", "source.url" },
        { "", "source.url" },
        { "ftp://joe:hunter2@h/", "http://" },
        { "http://h/?token=hunter2", "?" },
        { "http://h/#hunter2", "#" },
        { "http://joe:hunter2@/", "source.url" },
        { "http://joe:hunter2@h:99999/", "source.url" },
        { "http://h\r\nX: hunter2/", "source.url" },
        { "file:///etc/passwd", "http" },
    };
    static const struct fp_header bad[][1] = {
        { { "X-A", "hunter2\r\nX-B: 1" } },
        { { "X A", "hunter2" } },
        { { "", "hunter2" } },
        { { "X:", "hunter2" } },
        { { "content-type", "hunter2" } },
        { { "Content-Length", "hunter2" } },
        { { "X-Org-Id", "hunter2" } },
        { { "authorization", "hunter2" } },
    };
    struct fp_source_config config;

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        config = config_for("echo");
        config.url = urls[i][0];
        expect_refused(&config, urls[i][1], "hunter2");
    }
    setenv("FP_TEST_TOKEN", "hunter2", 1);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fp_header header = bad[i][0];

        config = config_for("echo");
        config.org_id = 1;
        config.token_env = "FP_TEST_TOKEN";
        config.headers = &header;
        config.header_count = 1;
        expect_refused(&config, "source.headers", "hunter2");
    }
    setenv("FP_TEST_TOKEN", "hunter2 hunter2", 1);
    config = config_for("echo");
    config.token_env = "FP_TEST_TOKEN";
    expect_refused(&config, "one word", "hunter2");
    setenv("FP_TEST_TOKEN", " ", 1);
    expect_refused(&config, "no token", "hunter2");
    config.token_env = "FP_TEST_NO_SUCH_VARIABLE";
    expect_refused(&config, "FP_TEST_NO_SUCH_VARIABLE", "hunter2");
    config.token_file = "/nonexistent/token";
    expect_refused(&config, "token_env", "hunter2");
    config.token_env = NULL;
    expect_refused(&config, "/nonexistent/token", "hunter2");
    config.token_file = "/dev/null";
    expect_refused(&config, "no token", "hunter2");
    config.token_file = "/dev/zero";
    expect_refused(&config, "longer", "hunter2");
    config = config_for("echo");
    config.ca_file = "/nonexistent/ca";
    expect_refused(&config, "source.ca_file", "hunter2");
    config = config_for("echo");
    config.client_key = "/dev/null";
    expect_refused(&config, "source.client_cert", "hunter2");
}

/* What systemd hands over is found by a variable, and by no other. */
static void test_token_of_a_service(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_error err = FP_ERROR_INIT;
    char directory[] = "/tmp/fp-test-credentials-XXXXXX", path[64], *token = NULL;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/token", directory);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("hunter2\n", file);
    fclose(file);
    config.token_file = "${CREDENTIALS_DIRECTORY}/token";
    setenv("CREDENTIALS_DIRECTORY", directory, 1);
    assert_int_equal(fp_secrets_token(&config, &token, &err), FP_OK);
    assert_string_equal(token, "hunter2");
    free(token);
    config.token_file = "${CREDENTIALS_DIRECTORY}/other";
    expect_refused(&config, directory, "hunter2");
    config.token_file = "${HOME}/token";
    expect_refused(&config, "${HOME}/token", "hunter2");
    config.token_file = "${CREDENTIALS_DIRECTORY}/token";
    setenv("CREDENTIALS_DIRECTORY", "", 1);
    expect_refused(&config, "source.token_file: ${CREDENTIALS_DIRECTORY}/token: the environment has no", "hunter2");
    unsetenv("CREDENTIALS_DIRECTORY");
    expect_refused(&config, "LoadCredential=", "hunter2");
    unlink(path);
    rmdir(directory);
}

/* ---- TLS ---- */

/* Says who the client is, by its certificate. */
static const char tls_server[] =
    "import ssl,sys,socket,threading\n"
    "c=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
    "c.load_cert_chain('s.pem','s.key'); c.load_verify_locations('ca.pem'); c.verify_mode=ssl.CERT_OPTIONAL\n"
    "l=socket.create_server(('127.0.0.1',0)); print(l.getsockname()[1],flush=True)\n"
    "def serve(s):\n"
    "  try:\n"
    "    t=c.wrap_socket(s,server_side=True); d=b''\n"
    "    while not d.endswith(b'}'): d+=t.recv(9999)\n"
    "    b=b'client '+str((t.getpeercert() or {}).get('subject')).encode()\n"
    "    t.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n'%len(b)+b); t.recv(1); t.close()\n"
    "  except OSError: pass\n"
    "while True: threading.Thread(target=serve,args=(l.accept()[0],),daemon=True).start()\n";

static const char tls_make[] =
    "exec >/dev/null 2>&1 || exit 1; K='ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'; "
    "openssl req -x509 -newkey $K -keyout ca.key -out ca.pem -subj /CN=testca -days 2 && "
    "openssl req -newkey $K -keyout s.key -out s.csr -subj /CN=server && "
    "echo subjectAltName=IP:127.0.0.1 >ext && "
    "openssl x509 -req -in s.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out s.pem && "
    "openssl req -newkey $K -keyout c.key -out c.csr -subj /CN=presser && "
    "openssl x509 -req -in c.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out c.pem";

/* The port, and the process in *ret_pid; 0 when this machine has no openssl or no python3. */
static int start_tls(const char *dir, pid_t *ret_pid)
{
    char here[512], line[32] = "";
    int pipes[2], port = 0;
    FILE *from;

    if (!getcwd(here, sizeof here) || chdir(dir) < 0)
        return 0;
    if (system(tls_make) == 0 && pipe(pipes) == 0) {
        *ret_pid = fork();
        if (*ret_pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            dup2(pipes[1], 1);
            close(pipes[0]);
            close(pipes[1]);
            execlp("python3", "python3", "-c", tls_server, (char *)NULL);
            _exit(127);
        }
        close(pipes[1]);
        from = fdopen(pipes[0], "r");
        if (from && fgets(line, sizeof line, from))
            port = atoi(line);
        if (from)
            fclose(from);
    }
    return chdir(here) < 0 ? 0 : port;
}

static void try_tls(int port, const char *dir)
{
    char address[64], ca[64], cert[64], key[64];
    struct fp_source_config config = config_for("");
    struct outcome o;

    snprintf(address, sizeof address, "https://127.0.0.1:%d", port);
    snprintf(ca, sizeof ca, "%s/ca.pem", dir);
    snprintf(cert, sizeof cert, "%s/c.pem", dir);
    snprintf(key, sizeof key, "%s/c.key", dir);
    config.url = address;
    o = outcome_of(&config, NULL); /* an authority nobody knows */
    assert_int_equal(o.rc, FP_ENET);
    assert_false(o.attempt.retryable);
    expect_text(o.err.message, "source.ca_file");
    fp_str_release(&o.text);

    config.ca_file = ca;
    o = outcome_of(&config, NULL);
    if (o.rc < 0)
        fail_msg("%s", o.err.message);
    assert_string_equal(o.text.data, "client None");
    fp_str_release(&o.text);

    config.client_cert = cert;
    config.client_key = key;
    o = outcome_of(&config, NULL);
    if (o.rc < 0)
        fail_msg("%s", o.err.message);
    expect_text(o.text.data, "presser");
    fp_str_release(&o.text);

    config.client_cert = config.ca_file; /* a key that does not belong to it */
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, FP_EINVAL);
    expect_text(o.err.message, "source.client_cert");
    fp_str_release(&o.text);

    config.client_cert = config.client_key = NULL;
    config.ca_file = key; /* a PEM file without a certificate */
    o = outcome_of(&config, NULL);
    assert_true(o.rc < 0);
    expect_text(o.err.message, "source.ca_file");
    fp_str_release(&o.text);

    config.ca_file = ca; /* the right authority, another name */
    snprintf(address, sizeof address, "https://localhost:%d", port);
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, FP_ENET);
    assert_false(o.attempt.retryable);
    fp_str_release(&o.text);

    snprintf(address, sizeof address, "https://127.0.0.1:%d/small", server.port); /* no TLS there */
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, FP_ENET);
    expect_text(o.err.message, "says https:// only where the server does");
    fp_str_release(&o.text);
}

static void test_tls(void **state)
{
    char dir[] = "/tmp/fp-test-tls-XXXXXX", command[64];
    pid_t pid = 0;
    int port;

    (void)state;
    assert_non_null(mkdtemp(dir));
    port = start_tls(dir, &pid);
    if (port)
        try_tls(port, dir);
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    assert_int_equal(system(command), 0);
    if (!port)
        skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_masked),
        cmocka_unit_test(test_token_of_a_service),
        cmocka_unit_test(test_password_is_masked),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_bad_configuration),
        cmocka_unit_test(test_tls),
    };

    RUN_WITH_SERVER(tests);
}
