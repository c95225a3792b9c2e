"""Signs a token for a player: client/README.md, "Tokens".

    python3 mint_token.py KEY_ID APP SUBJECT EXPIRY < FILE_WITH_THE_SECRET
"""

import base64
import hashlib
import hmac
import sys


def mint_token(key_id: str, app: str, subject: str, expiry: int, secret: str) -> str:
    text = f"gmw1~{key_id}~{app}~{subject}~{expiry}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}~{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


if __name__ == "__main__":
    print(mint_token(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.stdin.readline().strip()))
