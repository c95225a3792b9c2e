// Signs a token for a player, in C++ with OpenSSL: client/README.md, "Tokens".
//
//   mint_token KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <iostream>
#include <string>

std::string MintToken(const std::string& key_id, const std::string& app, const std::string& subject,
                      long long expiry, const std::string& secret) {
  const std::string text =
      "gmw1~" + key_id + "~" + app + "~" + subject + "~" + std::to_string(expiry);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &length);
  unsigned char base64[EVP_MAX_MD_SIZE * 2];
  const int size = EVP_EncodeBlock(base64, mac, static_cast<int>(length));
  std::string out = text + "~";
  for (int i = 0; i < size && base64[i] != '='; ++i) {
    out += base64[i] == '+' ? '-' : base64[i] == '/' ? '_' : static_cast<char>(base64[i]);
  }
  return out;
}

int main(int argc, char** argv) {
  std::string secret;
  if (argc != 5 || !std::getline(std::cin, secret)) {
    std::cerr << "usage: mint_token KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET\n";
    return 2;
  }
  std::cout << MintToken(argv[1], argv[2], argv[3], std::stoll(argv[4]), secret) << "\n";
}
