/* publish/stage: nights, files and `latest` are put in place, and nothing else is touched. */
#include <errno.h>
#include <sys/stat.h>

#include "stage_night.h"

static void failed(int status, int code, const struct fp_error *err, const char *word)
{
    assert_int_equal(status, code);
    assert_int_equal(err->code, code);
    if (!strstr(err->message, word))
        fail_msg("\"%s\" expected in: %s", word, err->message);
}

static void switch_fails(struct fp_stage *stage, const char *night, int code, const char *word)
{
    struct fp_error err = FP_ERROR_INIT;

    failed(fp_stage_switch(stage, night, &err), code, &err, word);
    assert_int_equal(fp_stage_switch(stage, night, NULL), code);
}

/* ---- the plain way ---- */

static void new_and_again(bool no_exchange, const char *site)
{
    struct fp_stage stage;
    size_t before = open_files();
    char path[100];

    open_stage(&stage, site);
    stage.no_exchange = no_exchange;
    assert_int_equal(generation_of(site, NIGHT), 0);
    switch_to(&stage, NIGHT, 1);
    switch_to(&stage, NIGHT, 2); /* from the same stage: nothing of what was replaced is in the way */
    switch_to(&stage, SIBLING, 3);
    switch_to(&stage, NIGHT, 4);
    switch_to(&stage, "2027/01/01", 5);
    assert_int_equal(generation_of(site, SIBLING), 3);
    assert_int_equal(stage.no_exchange, no_exchange);
    fp_stage_close(&stage);
    fp_stage_close(&stage);
    assert_null(stage.path);
    snprintf(path, sizeof path, "%s/.flamepress/old", site);
    assert_int_equal(fp_file_exists(path), no_exchange); /* so the flag chose the way */
    assert_int_equal(entries(path), 0);
    snprintf(path, sizeof path, "%s/.flamepress", site);
    assert_int_equal(entries(path), no_exchange ? 1 : 0);
    assert_int_equal(open_files(), before);
}

static void by_exchange(void **state)
{
    (void)state;
    new_and_again(false, "exchange");
}

static void by_two_renames(void **state)
{
    (void)state;
    new_and_again(true, "two");
}

static void output_may_be_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir("real", 0777), 0);
    assert_int_equal(symlink("real", "linked"), 0);
    new_and_again(false, "linked/");
    assert_int_equal(generation_of("real", NIGHT), 4);
}

static void modes(void **state)
{
    struct fp_stage stage;
    struct stat st;
    mode_t mask = umask(022);

    (void)state;
    open_stage(&stage, "modes");
    assert_int_equal(stat(stage.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700); /* half-built pages are nobody's business … */
    switch_to(&stage, NIGHT, 1);
    assert_int_equal(stat("modes/" NIGHT, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755); /* … but the web server reads the night */
    assert_int_equal(stat("modes/2026", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    fp_stage_close(&stage);
    umask(mask);
}

static void zeroed(void **state)
{
    struct fp_stage stage = { NULL, NULL, 0, false };
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    fp_stage_close(&stage);
    failed(fp_stage_open(&stage, "no-such-output", &err), FP_EIO, &err, "no-such-output");
    assert_null(stage.output);
    fp_stage_close(&stage);
}

/* ---- refused ---- */

static void not_a_night(void **state)
{
    static const char *const bad[] = { "", "/", "..", "2026", "2026/11", "2026/11/../..", "/2026/11/20",
                                       "2026/11/20/", "2026/11/20/a", ".flamepress", "2026/11/20\n" };
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "names");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        switch_fails(&stage, bad[i], FP_EINVAL, "is not the path of a night");
        assert_int_equal(fp_stage_latest(&stage, bad[i], NULL), FP_EINVAL);
    }
    switch_fails(&stage, NIGHT, FP_ENOTFOUND, NIGHT);
    assert_false(fp_file_exists("names/2026")); /* nothing was begun */
    fp_stage_close(&stage);
}

static void strange_staged_things(void **state)
{
    struct fp_stage stage;
    char path[200];

    (void)state;
    open_stage(&stage, "strange");
    switch_to(&stage, NIGHT, 1);
    assert_true(build(stage.path, NIGHT, 2));
    snprintf(path, sizeof path, "%s/" NIGHT "/a/link", stage.path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "a/link is neither");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0666), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "a/link is neither");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(generation_of("strange", NIGHT), 1);
    switch_to(&stage, NIGHT, 2); /* mended, it goes */
    snprintf(path, sizeof path, "%s/" NIGHT, stage.path);
    assert_int_equal(symlink("/etc", path), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "not a directory");
    assert_int_equal(unlink(path), 0);
    assert_true(write_quickly(path, "a file"));
    switch_fails(&stage, NIGHT, FP_EINVAL, "not a directory");
    assert_int_equal(generation_of("strange", NIGHT), 2);
    fp_stage_close(&stage);
}

static void in_the_way(void **state)
{
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "way");
    for (int no_exchange = 0; no_exchange < 2; no_exchange++) {
        stage.no_exchange = no_exchange;
        assert_true(build(stage.path, NIGHT, 1));
        assert_int_equal(fp_dir_make("way/2026/11", NULL), FP_OK);
        assert_true(write_quickly("way/" NIGHT, "a file"));
        switch_fails(&stage, NIGHT, FP_EINVAL, "move it away");
        assert_int_equal(unlink("way/" NIGHT), 0);
        assert_int_equal(mkdir("elsewhere", 0777) < 0 && errno != EEXIST, 0);
        assert_int_equal(symlink("../../../elsewhere", "way/" NIGHT), 0);
        switch_fails(&stage, NIGHT, FP_EINVAL, "move it away");
        assert_int_equal(unlink("way/" NIGHT), 0);
        assert_int_equal(fp_dir_remove("way/2026", NULL), FP_OK);
        assert_int_equal(symlink("../elsewhere", "way/2026"), 0);
        switch_fails(&stage, NIGHT, FP_EIO, "way/2026");
        assert_int_equal(entries("elsewhere"), 0); /* links are not followed out of the site */
        assert_int_equal(unlink("way/2026"), 0);
        assert_true(write_quickly("way/2026", "a file"));
        switch_fails(&stage, NIGHT, FP_EIO, "way/2026");
        assert_int_equal(unlink("way/2026"), 0);
        switch_to(&stage, NIGHT, 1);
        assert_int_equal(fp_dir_remove("way/2026", NULL), FP_OK);
    }
    /* An empty directory is no night, and nothing to lose. */
    assert_int_equal(fp_dir_make("way/" NIGHT, NULL), FP_OK);
    switch_to(&stage, NIGHT, 2);
    fp_stage_close(&stage);
}

/* ---- latest and single files ---- */

static void latest(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;
    char target[100];
    ssize_t n;

    (void)state;
    open_stage(&stage, "last");
    switch_to(&stage, NIGHT, 1);
    switch_to(&stage, SIBLING, 2);
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_OK);
    assert_int_equal(generation_of("last", "latest"), 1);
    assert_int_equal(fp_stage_latest(&stage, SIBLING, NULL), FP_OK);
    assert_int_equal(fp_stage_latest(&stage, SIBLING, NULL), FP_OK);
    n = readlink("last/latest", target, sizeof target - 1);
    assert_true(n > 0);
    target[n] = '\0';
    assert_string_equal(target, SIBLING); /* relative: the site may be moved */

    failed(fp_stage_latest(&stage, "2020/01/01", &err), FP_ENOTFOUND, &err, "2020/01/01");
    assert_int_equal(generation_of("last", "latest"), 2);
    assert_int_equal(unlink("last/latest"), 0);
    assert_int_equal(symlink("/nowhere", "last/latest"), 0); /* a dangling link is replaced as well */
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_OK);
    assert_int_equal(unlink("last/latest"), 0);

    assert_true(write_quickly("last/latest", "mine"));
    fp_error_clear(&err);
    failed(fp_stage_latest(&stage, NIGHT, &err), FP_EINVAL, &err, "last/latest");
    assert_true(read_quickly("last/latest", target, sizeof target));
    assert_string_equal(target, "mine");
    assert_int_equal(unlink("last/latest"), 0);
    assert_int_equal(mkdir("last/latest", 0777), 0);
    fp_error_clear(&err);
    failed(fp_stage_latest(&stage, NIGHT, &err), FP_EINVAL, &err, "move it away");
    fp_stage_close(&stage);
    assert_int_equal(entries("last/.flamepress"), 0);
}

static void single_files(void **state)
{
    static const char *const bad[] = { "",     "/index.html", "../x", "a/../x",
                                       "a//x", "a/",          ".",    ".flamepress/lock" };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;
    char path[200], text[20];

    (void)state;
    open_stage(&stage, "files");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/services/a%%2Fb", stage.path);
        assert_int_equal(fp_dir_make(path, NULL), FP_OK);
        strcat(path, "/index.html");
        assert_true(write_quickly(path, i ? "new" : "old"));
        assert_int_equal(fp_stage_file(&stage, "services/a%2Fb/index.html", NULL), FP_OK);
        assert_true(read_quickly("files/services/a%2Fb/index.html", text, sizeof text));
        assert_string_equal(text, i ? "new" : "old");
        assert_false(fp_file_exists(path));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(fp_stage_file(&stage, bad[i], NULL), FP_EINVAL);
    failed(fp_stage_file(&stage, "none.html", &err), FP_EIO, &err, "none.html");
    snprintf(path, sizeof path, "%s/services", stage.path);
    fp_error_clear(&err);
    failed(fp_stage_file(&stage, "services", &err), FP_EINVAL, &err, "not a plain file");
    snprintf(path, sizeof path, "%s/assets", stage.path);
    assert_true(write_quickly(path, "x"));
    assert_int_equal(mkdir("files/assets", 0777), 0);
    fp_error_clear(&err);
    failed(fp_stage_file(&stage, "assets", &err), FP_EIO, &err, "files/assets");
    fp_stage_close(&stage);
}

/* ---- what crashed runs left ---- */

static void leftovers(void **state)
{
    struct fp_stage stage;

    (void)state;
    assert_int_equal(fp_dir_make("crashed/.flamepress/stage-abc/2026/11", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/keep", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/old/somebody's", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/old/2026_13_20", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/stage-mine", NULL), FP_OK);
    assert_int_equal(fp_dir_make("precious/deep", NULL), FP_OK);
    assert_int_equal(symlink("../../../../../precious", "crashed/.flamepress/stage-abc/2026/link"), 0);
    assert_int_equal(symlink("../../precious", "crashed/.flamepress/stage-link"), 0);
    assert_int_equal(symlink("../../../precious", "crashed/.flamepress/old/2026_11_19"), 0);
    assert_true(write_quickly("crashed/.flamepress/stage-file", "x"));
    assert_true(write_quickly("crashed/.flamepress/lock", "x"));
    open_stage(&stage, "crashed");
    assert_false(fp_file_exists("crashed/.flamepress/stage-abc"));
    assert_true(fp_file_exists("crashed/.flamepress/keep"));
    assert_true(fp_file_exists("crashed/.flamepress/old/somebody's"));
    assert_true(fp_file_exists("crashed/.flamepress/old/2026_13_20"));
    assert_true(fp_file_exists("crashed/.flamepress/old/2026_11_19"));
    assert_true(fp_file_exists("crashed/.flamepress/stage-link"));
    assert_true(fp_file_exists("crashed/.flamepress/stage-file"));
    assert_true(fp_file_exists("crashed/.flamepress/lock"));
    assert_true(fp_file_exists("crashed/stage-mine"));
    assert_true(fp_file_exists("precious/deep"));
    fp_stage_close(&stage);
}

static void state_is_a_link(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;

    (void)state;
    assert_int_equal(fp_dir_make("trap/stage-x", NULL), FP_OK);
    assert_int_equal(mkdir("lured", 0777), 0);
    assert_int_equal(symlink("../trap", "lured/.flamepress"), 0);
    failed(fp_stage_open(&stage, "lured", &err), FP_EIO, &err, ".flamepress");
    assert_true(fp_file_exists("trap/stage-x"));
}

/* A crash between the two renames: the night is only in old/. One after them: it is in both. */
static void recovery(void **state)
{
    struct fp_stage stage;

    (void)state;
    assert_true(build("torn/.flamepress/old", "2026_11_20", 1));
    assert_true(build("torn/.flamepress/old", "2026_11_20T010000Z-32400", 2));
    assert_true(build("torn/.flamepress/old", "2026_11_21", 3));
    assert_true(build("torn", "2026/11/21", 4));
    assert_true(build("torn/.flamepress/stage-dead", NIGHT, 5));
    open_stage(&stage, "torn");
    assert_int_equal(generation_of("torn", NIGHT), 1);
    assert_int_equal(generation_of("torn", SIBLING), 2);
    assert_int_equal(generation_of("torn", "2026/11/21"), 4);
    assert_int_equal(entries("torn/.flamepress/old"), 0);
    assert_int_equal(entries("torn/.flamepress"), 2); /* old/ and the new stage */
    fp_stage_close(&stage);
}

static void output_removed(void **state)
{
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "removed");
    switch_to(&stage, NIGHT, 1);
    assert_true(build(stage.path, NIGHT, 2));
    assert_int_equal(fp_dir_remove("removed", NULL), FP_OK);
    switch_fails(&stage, NIGHT, FP_ENOTFOUND, "removed/");
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_EIO);
    assert_int_equal(fp_stage_file(&stage, "index.html", NULL), FP_EIO);
    fp_stage_close(&stage);
    assert_false(fp_file_exists("removed")); /* nobody makes it anew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_exchange),
        cmocka_unit_test(by_two_renames),
        cmocka_unit_test(output_may_be_a_link),
        cmocka_unit_test(modes),
        cmocka_unit_test(zeroed),
        cmocka_unit_test(not_a_night),
        cmocka_unit_test(strange_staged_things),
        cmocka_unit_test(in_the_way),
        cmocka_unit_test(latest),
        cmocka_unit_test(single_files),
        cmocka_unit_test(leftovers),
        cmocka_unit_test(state_is_a_link),
        cmocka_unit_test(recovery),
        cmocka_unit_test(output_removed),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
