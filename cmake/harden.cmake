# What makes a mistake of ours in memory an end of the program and not a way in.
#
#     include(cmake/harden.cmake)
#     flamepress_harden(TARGET)       TARGET: the interface library that everything of ours is compiled and linked with
#
# Each option is used where the compiler and the linker know it: other compilers and machines build without it. What the
# binary got is looked at by tests/integration/test_hardened.py. FLAMEPRESS_HARDEN=OFF leaves all of it to CFLAGS and
# LDFLAGS. Not for builds with sanitizers, whose own checks stand where glibc's would.

include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)
check_pie_supported(OUTPUT_VARIABLE _ignored LANGUAGES C)

set(_harden_compile
    -fstack-protector-strong
    -fstack-clash-protection
    -fcf-protection=full         # x86: jumps land on marks, shadow stacks
    -mbranch-protection=standard) # the same of 64-bit Arm
# Left out, since each costs decoding a hundredth and says nothing that the tests with sanitizers and valgrind do not say
# first: -fno-strict-overflow, -fno-delete-null-pointer-checks, -ftrivial-auto-var-init=zero.
set(_harden_link -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)

function(flamepress_harden target)
    foreach(option IN LISTS _harden_compile)
        string(MAKE_C_IDENTIFIER "FLAMEPRESS_HAS${option}" known)
        set(CMAKE_REQUIRED_FLAGS -Werror) # clang only warns of what it does not use
        check_c_compiler_flag("${option}" ${known})
        unset(CMAKE_REQUIRED_FLAGS)
        if(${known})
            target_compile_options(${target} INTERFACE "${option}")
        endif()
    endforeach()
    foreach(option IN LISTS _harden_link)
        string(MAKE_C_IDENTIFIER "FLAMEPRESS_HAS${option}" known)
        check_linker_flag(C "${option}" ${known})
        if(${known})
            target_link_options(${target} INTERFACE "${option}")
        endif()
    endforeach()
    # glibc's checks need an optimizing build. Where 3 is not known it means 2; one that the caller defined goes.
    target_compile_options(${target} INTERFACE
        "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:SHELL:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>")
endfunction()
