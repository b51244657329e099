# cmake -DPARTS="a;b" -DJOINED=file -P join.cmake: the bytes of all parts, one after the other.
set(text "")
foreach(part IN LISTS PARTS)
    file(READ "${part}" bytes)
    string(APPEND text "${bytes}")
endforeach()
file(WRITE "${JOINED}" "${text}")
