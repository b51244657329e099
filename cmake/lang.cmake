# Turns the catalogues of the pages' words into C.
#
#     include(cmake/lang.cmake)
#     flamepress_lang(TARGET en zh)
#
# Adds to TARGET the tables that src/base/lang.h declares, out of assets/lang/TAG.json. One entry a line, and
# JSON's escapes of '"' and '\' are C's: a line becomes a line. tests/tools/test_lang.py holds the files to that.
function(flamepress_lang target)
    set(text "/* Written by cmake/lang.cmake; do not edit. */\n#include \"base/lang.h\"\n")
    set(list "")
    foreach(tag IN LISTS ARGN)
        set(path "${PROJECT_SOURCE_DIR}/assets/lang/${tag}.json")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
        file(READ "${path}" words)
        string(REGEX REPLACE "\n *(\"[a-z0-9_]+\"): (\"[^\n]*\")" "\n    { \\1, \\2 }" words "${words}")
        string(REGEX REPLACE "}[ \n]*$" "};\n" words "${words}")
        string(APPEND text "\nstatic const struct fp_lang_word words_${tag}[] = ${words}")
        string(APPEND list "    { \"${tag}\", words_${tag}, sizeof words_${tag} / sizeof *words_${tag} },\n")
    endforeach()
    string(APPEND text "\nconst struct fp_lang fp_langs[] = {\n${list}};\n"
        "const size_t fp_lang_count = sizeof fp_langs / sizeof *fp_langs;\n")
    set(file "${CMAKE_CURRENT_BINARY_DIR}/embedded/lang.c")
    file(CONFIGURE OUTPUT "${file}" CONTENT "@text@" @ONLY)
    target_sources(${target} PRIVATE "${file}")
endfunction()
