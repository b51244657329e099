# Run by cpack when the package is made: dpkg-deb packs it once more, for cpack writes the packer's umask into the archive.
# It leaves alone what is older than SOURCE_DATE_EPOCH, and gives that time to all the rest.
foreach(package IN LISTS CPACK_PACKAGE_FILES)
    set(root "${package}.d")
    file(REMOVE_RECURSE "${root}")
    execute_process(COMMAND dpkg-deb --raw-extract "${package}" "${root}" COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND chmod 0755 "${root}" "${root}/DEBIAN" COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND dpkg-deb --root-owner-group --build "${root}" "${package}"
        OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
    file(REMOVE_RECURSE "${root}")
endforeach()
