# Run by cpack between installing and packing: what Debian has otherwise than `cmake --install`.
set(root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
if(NOT IS_DIRECTORY "${root}/usr")
    message(FATAL_ERROR "nothing in ${root}/usr: where did cpack install to?")
endif()
# the license is in Debian's copyright file; zsh looks for what packages bring in a folder of its own
file(REMOVE "${root}/usr/share/doc/flamepress/LICENSE")
file(RENAME "${root}/usr/share/zsh/site-functions" "${root}/usr/share/zsh/vendor-completions")
execute_process(COMMAND gzip -9n "${root}/usr/share/doc/flamepress/changelog" COMMAND_ERROR_IS_FATAL ANY)
# directories have the modes of the packer's umask
execute_process(COMMAND find "${root}" -type d -exec chmod 0755 {} + COMMAND_ERROR_IS_FATAL ANY)
# cpack keeps the files' times
execute_process(COMMAND find "${root}" -exec touch --no-dereference "--date=@$ENV{SOURCE_DATE_EPOCH}" {} +
    COMMAND_ERROR_IS_FATAL ANY)
