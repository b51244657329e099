# Builds files into a binary.
#
#     include(cmake/embed.cmake)
#     flamepress_embed(TARGET [ROOT dir])
#
# Adds to TARGET the table that src/report/assets.h declares: every file below ROOT/templates,
# ROOT/assets and ROOT/assets/demo (named "templates/…", "assets/…" and "demo/…"), sorted by name in
# byte order. ROOT is the project's source directory unless given. The files of ROOT/assets/viewer are parts of
# one script: "assets/viewer.js" is all of them, in the order of their names.
#
# The bytes come in through .incbin of an assembler file, so a megabyte costs no compile time. The
# assembler file is written to the build tree at configure time; a new or removed file makes the build
# configure again, a changed one makes it assemble again. Hidden files and editors' backups are left out;
# names are of letters, digits, '.', '_', '+', '-' (what CMake's lists and generated files can carry).

# The table is assembler too: enabled here, because a function may not enable a language.
enable_language(ASM)
set(_flamepress_join_script "${CMAKE_CURRENT_LIST_DIR}/join.cmake")

# The assembler text for the files at `paths` (absolute), in the order of `names`. `.dc.a` is an
# address-sized word; the table holds addresses, so it is data that only the loader writes.
function(_flamepress_embed_text names paths result)
    set(strings "")
    set(bytes "")
    set(table "")
    set(i 0)
    foreach(name path IN ZIP_LISTS names paths)
        string(APPEND strings ".Lname${i}:\n    .asciz \"${name}\"\n")
        # A NUL after the last byte, not counted in the size: text may be looked at as a C string.
        string(APPEND bytes "    .balign 16\n.Lbytes${i}:\n    .incbin \"${path}\"\n")
        string(APPEND bytes ".Lend${i}:\n    .byte 0\n")
        string(APPEND table "    .dc.a .Lname${i}, .Lbytes${i}, .Lend${i} - .Lbytes${i}\n")
        math(EXPR i "${i} + 1")
    endforeach()
    set(${result}
"/* Written by cmake/embed.cmake; do not edit. */
#ifdef __CET__
#include <cet.h> /* one object without its note, and the linker takes the mark off the whole binary */
#endif
    .section .rodata
${strings}${bytes}
    .balign 16
    .globl fp_asset_count
    .type fp_asset_count, %object
fp_asset_count:
    .dc.a ${i}
    .size fp_asset_count, . - fp_asset_count

    .section .data.rel.ro, \"aw\"
    .balign 16
    .globl fp_assets
    .type fp_assets, %object
fp_assets:
${table}    .size fp_assets, . - fp_assets

    .section .note.GNU-stack, \"\", %progbits
" PARENT_SCOPE)
endfunction()

# Parts of a script to one file in the build tree, made again when a part has changed.
function(_flamepress_join target root parts result)
    set(joined "${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}_viewer.js")
    list(TRANSFORM parts PREPEND "${root}/")
    add_custom_command(OUTPUT "${joined}"
        COMMAND "${CMAKE_COMMAND}" "-DPARTS=${parts}" "-DJOINED=${joined}" -P "${_flamepress_join_script}"
        DEPENDS ${parts} "${_flamepress_join_script}" VERBATIM)
    set(${result} "${joined}" PARENT_SCOPE)
endfunction()

function(flamepress_embed target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "ROOT" "")
    if(NOT arg_ROOT)
        set(arg_ROOT "${PROJECT_SOURCE_DIR}")
    endif()
    file(GLOB_RECURSE found CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE "${arg_ROOT}"
        "${arg_ROOT}/templates/*" "${arg_ROOT}/assets/*")
    list(FILTER found EXCLUDE REGEX "(^|/)[.#]|~$")
    set(parts "${found}")
    list(FILTER parts INCLUDE REGEX "^assets/viewer/")
    list(FILTER found EXCLUDE REGEX "^assets/viewer/")
    list(SORT parts COMPARE STRING CASE SENSITIVE)

    # Sorted by name, not by path: "assets/demo/" moves behind the rest of "assets/".
    set(names "")
    foreach(path IN LISTS found)
        # A name with a ';' has become two paths, of which at least one is not there.
        if(NOT path MATCHES "^[A-Za-z0-9._+/-]+$" OR NOT EXISTS "${arg_ROOT}/${path}")
            message(FATAL_ERROR "Cannot embed ${arg_ROOT}/${path}: "
                "rename it with letters, digits, '.', '_', '+' and '-' only")
        endif()
        string(REGEX REPLACE "^assets/demo/" "demo/" name "${path}")
        list(APPEND names "${name}")
    endforeach()
    if(parts)
        list(APPEND names assets/viewer.js)
    endif()
    list(SORT names COMPARE STRING CASE SENSITIVE)
    set(paths "")
    foreach(name IN LISTS names)
        string(REGEX REPLACE "^demo/" "assets/demo/" path "${name}")
        if(name STREQUAL "assets/viewer.js")
            _flamepress_join("${target}" "${arg_ROOT}" "${parts}" joined)
            list(APPEND paths "${joined}")
            continue()
        endif()
        list(APPEND paths "${arg_ROOT}/${path}")
    endforeach()

    set(assembly "${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}_assets.S")
    _flamepress_embed_text("${names}" "${paths}" text)
    # Not file(WRITE): an unchanged file keeps its time stamp, and nothing is built again.
    file(CONFIGURE OUTPUT "${assembly}" CONTENT "@text@" @ONLY)
    set_source_files_properties("${assembly}" PROPERTIES OBJECT_DEPENDS "${paths}")

    # A library of its own: the target's warning and sanitizer options are for C.
    add_library(${target}_embedded OBJECT "${assembly}")
    if(FLAMEPRESS_HAS_fcf_protection_full)
        target_compile_options(${target}_embedded PRIVATE -fcf-protection=full)
    endif()
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_embedded>)
endfunction()
