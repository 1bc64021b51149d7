# install.cmake - what `cmake --install` puts where.
install(TARGETS neap_program neap neap_archive)
install(TARGETS neap-guard neap-output DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/neap)
install(TARGETS neap_module DESTINATION ${CMAKE_INSTALL_LIBDIR}/lua/5.4)
install(DIRECTORY runtime/include/neap DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY lua/types DESTINATION ${CMAKE_INSTALL_DATADIR}/neap)
install(DIRECTORY policies/ DESTINATION ${CMAKE_INSTALL_DATADIR}/neap/policies)

configure_file(cmake/neap.pc.in neap.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/neap.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
