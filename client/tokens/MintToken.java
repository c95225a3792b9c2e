// Signs a token for a player: client/README.md, "Tokens".
//
//   java MintToken.java KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Scanner;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class MintToken {
  static String mintToken(String keyId, String app, String subject, long expiry, String secret) throws Exception {
    String text = String.join("~", "gmw1", keyId, app, subject, Long.toString(expiry));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signature = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    return text + "~" + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  public static void main(String[] args) throws Exception {
    String secret = new Scanner(System.in).nextLine().trim();
    System.out.println(mintToken(args[0], args[1], args[2], Long.parseLong(args[3]), secret));
  }
}
