{{/* What every object begins with; each takes the root, and those of a part (dict "root" $ "part" "front"). */}}

{{- define "gmewatch.name" -}}
{{- default .Release.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{- define "gmewatch.selector" -}}
app.kubernetes.io/name: gmewatch
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "gmewatch.labels" -}}
{{ include "gmewatch.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}

{{/* (dict "root" $ "part" "front") */}}
{{- define "gmewatch.image" -}}
{{- $values := .root.Values -}}
{{- $tag := $values.image.tag | default .root.Chart.AppVersion -}}
{{ $values.image.repository }}:{{ (eq .part "front") | ternary ($values.front.imageTag | default $tag) $tag }}
{{- end }}

{{- define "gmewatch.settingsSecret" -}}
{{ .Values.settingsSecret | default (printf "%s-settings" (include "gmewatch.name" .)) }}
{{- end }}

{{/* What is wrong with the values, before gmewatchd would say so pod by pod. */}}
{{- define "gmewatch.check" -}}
{{- if and .Values.adminToken.secret .Values.adminToken.open }}{{ fail "adminToken: set secret or open, not both" }}{{ end }}
{{- if not (or .Values.adminToken.secret .Values.adminToken.open) }}{{ fail "adminToken.secret is missing: a Secret with the key token; to try it out: adminToken.open=true" }}{{ end }}
{{- if and .Values.settings .Values.settingsSecret }}{{ fail "set settings or settingsSecret, not both" }}{{ end }}
{{- if not .Values.settingsSecret }}
{{- if not .Values.settings.apps }}{{ fail "settings.apps is missing: the apps that may report, with their regions and keys" }}{{ end }}
{{- if eq .Values.role "cluster" }}
{{- if not (dig "log" "kafka" "brokers" "" .Values.settings) }}{{ fail "role: cluster needs settings.log.kafka.brokers" }}{{ end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "gmewatch.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .user }}
runAsGroup: {{ .user }}
fsGroup: {{ .user }}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "gmewatch.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* (dict "root" $ "part" "front" "role" "front"): gmewatchd's container. */}}
{{- define "gmewatch.container" -}}
{{- $values := .root.Values -}}
name: gmewatchd
image: {{ include "gmewatch.image" . }}
imagePullPolicy: {{ $values.image.pullPolicy }}
command: [gmewatchd]
args:
  - --config=/etc/gmewatch/settings/{{ .role }}.yaml
  - --admin_address=0.0.0.0:9747
  {{- if ne .role "counter" }}
  - --ingest_address=0.0.0.0:4747
  {{- if $values.connect }}
  - --connect_address=0.0.0.0:4748
  {{- end }}
  {{- end }}
  {{- if ne .role "front" }}
  - --state_dir=/var/lib/gmewatch/state
  {{- end }}
  {{- if $values.adminToken.open }}
  - --open
  {{- else }}
  - --admin_token_file=/etc/gmewatch/secrets/admin/token
  {{- end }}
  {{- range $values.catalogOverlays }}
  - --catalog_overlay={{ . }}
  {{- end }}
  {{- range $values.extraArgs }}
  - {{ . | quote }}
  {{- end }}
ports:
  {{- if ne .role "counter" }}
  - {name: grpc, containerPort: 4747}
  {{- if $values.connect }}
  - {name: connect, containerPort: 4748}
  {{- end }}
  {{- end }}
  - {name: admin, containerPort: 9747}
securityContext:
  {{- include "gmewatch.containerSecurity" . | nindent 2 }}
resources:
  {{- toYaml (index $values .part).resources | nindent 2 }}
livenessProbe:
  httpGet: {path: /healthz, port: admin}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
# Recovery of a large state takes minutes; the admin port opens after it.
startupProbe:
  httpGet: {path: /healthz, port: admin}
  periodSeconds: 5
  failureThreshold: 120
# The admin port asks for the token, which an HTTP probe could only have in plain sight here.
readinessProbe:
  exec:
    command:
      - bash
      - -c
      - |
        token=$(cat /etc/gmewatch/secrets/admin/token 2>/dev/null)
        exec 3<>/dev/tcp/127.0.0.1/9747 || exit 1
        printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n' "$token" >&3
        read -r -t 4 answer <&3 && [[ $answer == 'HTTP/1.1 200 '* ]]
  periodSeconds: 5
  timeoutSeconds: 5
{{- if ne .role "counter" }}
lifecycle:
  # Meanwhile the Service forgets the pod; then gmewatchd finishes what it has taken.
  preStop: {exec: {command: [sleep, "5"]}}
{{- end }}
volumeMounts:
  {{- include "gmewatch.mounts" .root | nindent 2 }}
  {{- if ne .role "front" }}
  - {name: state, mountPath: /var/lib/gmewatch}
  {{- end }}
{{- end }}

{{- define "gmewatch.mounts" -}}
- {name: settings, mountPath: /etc/gmewatch/settings, readOnly: true}
{{- if .Values.adminToken.secret }}
- {name: admin-token, mountPath: /etc/gmewatch/secrets/admin, readOnly: true}
{{- end }}
{{- range $name, $secret := .Values.secrets }}
- {name: secret-{{ $name }}, mountPath: /etc/gmewatch/secrets/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}

{{/* gmewatchd rejects a secret that every user may read. */}}
{{- define "gmewatch.volumes" -}}
- name: settings
  secret: {secretName: {{ include "gmewatch.settingsSecret" . }}, defaultMode: 0440}
{{- if .Values.adminToken.secret }}
- name: admin-token
  secret: {secretName: {{ .Values.adminToken.secret }}, defaultMode: 0440}
{{- end }}
{{- range $name, $secret := .Values.secrets }}
- name: secret-{{ $name }}
  secret: {secretName: {{ $secret }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{/* (dict "root" $ "part" "front" "role" "front"): the pod of a part; on machines, and in zones, of its own if there are any. */}}
{{- define "gmewatch.pod" -}}
{{- $values := index .root.Values .part -}}
metadata:
  labels:
    {{- include "gmewatch.labels" . | nindent 4 }}
  annotations:
    # Settings that only a restart applies get one.
    checksum/settings: {{ toYaml .root.Values.settings | sha256sum }}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 45
  securityContext:
    {{- include "gmewatch.podSecurity" (dict "user" 4747) | nindent 4 }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "gmewatch.selector" $ | nindent 10 }}
    {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{- include "gmewatch.container" . | nindent 6 }}
  volumes:
    {{- include "gmewatch.volumes" .root | nindent 4 }}
{{- end }}

{{- define "gmewatch.claim" -}}
volumeClaimTemplates:
  - metadata:
      name: state
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources:
        requests:
          storage: {{ .size }}
{{- end }}
