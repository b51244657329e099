# Manual pages and completions, made of the program's own tables; and what `cpack -G DEB` packs.
#
#     cmake --build build && (cd build && cpack -G DEB)     build/flamepress_VERSION_ARCH.deb
#
# What only the package has (units, cron, user, configuration) belongs to the component "package", which
# `cmake --install` leaves out. Same sources, same tools, same SOURCE_DATE_EPOCH: same bytes, wherever the tree lies.

find_program(GZIP_PROGRAM gzip REQUIRED)
set(documents "${PROJECT_BINARY_DIR}/documents")

# A document that the program prints; arguments follow the name. Ending in .gz: compressed, with no time in it.
function(flamepress_document name)
    string(REGEX REPLACE "\\.gz$" "" plain "${name}")
    set(compress "")
    if(name MATCHES "\\.gz$")
        set(compress COMMAND "${GZIP_PROGRAM}" -9nf "${documents}/${plain}")
    endif()
    add_custom_command(OUTPUT "${documents}/${name}"
        COMMAND "${CMAKE_COMMAND}" -E make_directory "${documents}"
        COMMAND flamepress ${ARGN} > "${documents}/${plain}"
        ${compress}
        DEPENDS flamepress VERBATIM)
    set_property(GLOBAL APPEND PROPERTY FLAMEPRESS_DOCUMENTS "${documents}/${name}")
endfunction()

flamepress_document(flamepress.1.gz reference --man)
flamepress_document(flamepress.json.5.gz reference --man-config)
flamepress_document(flamepress reference --bash)
flamepress_document(_flamepress reference --zsh)
flamepress_document(flamepress.json.example init -)
get_property(files GLOBAL PROPERTY FLAMEPRESS_DOCUMENTS)
add_custom_target(documents ALL DEPENDS ${files})

install(FILES "${documents}/flamepress.1.gz" DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES "${documents}/flamepress.json.5.gz" DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES "${documents}/flamepress" DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES "${documents}/_flamepress" DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)

# ---- the package alone ----
set(only COMPONENT package EXCLUDE_FROM_ALL)
set(packaging "${PROJECT_SOURCE_DIR}/package")
install(FILES "${documents}/flamepress.json.example" DESTINATION /etc/flamepress ${only})
install(FILES cron/flamepress.cron DESTINATION /etc/cron.d RENAME flamepress ${only})
install(FILES cron/systemd/flamepress.service cron/systemd/flamepress.timer DESTINATION /usr/lib/systemd/system ${only})
install(FILES "${packaging}/sysusers.conf" DESTINATION /usr/lib/sysusers.d RENAME flamepress.conf ${only})
install(FILES "${packaging}/tmpfiles.conf" DESTINATION /usr/lib/tmpfiles.d RENAME flamepress.conf ${only})
install(FILES "${packaging}/debian/copyright" "${packaging}/debian/changelog" DESTINATION /usr/share/doc/flamepress ${only})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME flamepress)
set(CPACK_PACKAGE_CONTACT "flamepress <maintainers@flamepress.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "static reports from DeepFlow's continuous profiles")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS
    "${PROJECT_BINARY_DIR};flamepress;ALL;/;${PROJECT_BINARY_DIR};flamepress;package;/")
set(CPACK_STRIP_FILES ON)
set(CPACK_PROJECT_CONFIG_FILE "${PROJECT_SOURCE_DIR}/cmake/package_time.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/package_tidy.cmake")
set(CPACK_POST_BUILD_SCRIPTS "${PROJECT_SOURCE_DIR}/cmake/package_repack.cmake")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"flamepress fetches the profiles that DeepFlow has stored and leaves plain
files: a page with flame graphs for each service, event and night, with
pictures, tables, JSON, pprof and folded stacks. Every report says whether it
is complete.
.
A timer, or cron where there is no systemd, presses yesterday every night, once
/etc/flamepress/flamepress.json is there.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-dejavu-core, passwd, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, systemd | cron-daemon")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "fonts-noto-cjk")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${packaging}/debian/conffiles" "${packaging}/debian/postinst" "${packaging}/debian/prerm" "${packaging}/debian/postrm")
include(CPack)
