// Signs a token for a player: client/README.md, "Tokens".
//
//	go run mint_token.go KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET
package main

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
)

func mintToken(keyID, app, subject, expiry, secret string) string {
	text := strings.Join([]string{"gmw1", keyID, app, subject, expiry}, "~")
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return text + "~" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func main() {
	secret, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println(mintToken(os.Args[1], os.Args[2], os.Args[3], os.Args[4], strings.TrimSpace(secret)))
}
