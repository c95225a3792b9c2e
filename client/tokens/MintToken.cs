// Signs a token for a player: client/README.md, "Tokens".
//
//   mcs MintToken.cs && mono MintToken.exe KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET
using System;
using System.Security.Cryptography;
using System.Text;

public static class MintToken {
  public static string Mint(string keyId, string app, string subject, long expiry, string secret) {
    string text = string.Join("~", "gmw1", keyId, app, subject, expiry.ToString());
    using (var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret))) {
      byte[] mac = hmac.ComputeHash(Encoding.UTF8.GetBytes(text));
      return text + "~" + Convert.ToBase64String(mac).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
  }

  public static void Main(string[] args) {
    string secret = Console.ReadLine().Trim();
    Console.WriteLine(Mint(args[0], args[1], args[2], long.Parse(args[3]), secret));
  }
}
