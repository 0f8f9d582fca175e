/** A throw-away certificate of its own for localhost, a and b, until 2120. Ed25519: its records have the same size in each run. */

export const cert = `-----BEGIN CERTIFICATE-----
MIIBGTCBzKADAgECAgEBMAUGAytlcDAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcN
MjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2Fs
aG9zdDAqMAUGAytlcAMhAJv6Rr7RAo6V6vnS7i10gTz/lBCV7zYqcTPTonKe8x48
o0EwPzAsBgNVHREEJTAjgglsb2NhbGhvc3SCAWGCAWKHBH8AAAGHBAoAAAGHBAoA
AAIwDwYDVR0TAQH/BAUwAwEB/zAFBgMrZXADQQCBLahkLu5Kap4Ulrah0mI+CYJJ
0tPAvRNeg3AjrELnl1xDWnncBptvmp+ZnFg+4q4RhgTnHF6XsMURccn+YBsE
-----END CERTIFICATE-----
`;

export const key = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAh1efm2pJkJKnnTYcIYGx6aA7xgMpAcRM0XMns/dud3
-----END PRIVATE KEY-----
`;
