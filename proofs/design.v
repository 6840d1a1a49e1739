(** What a design is, what its verdicts say: everything that a file written by `tightcheck certify --coq` states.

    A model (f, p) of a design is a decoder p(x|z) = h(x) exp(<nu(x), f(z)> - A(f(z))) (6a) with a prior p(z).
    It is consistent when its posterior is in the encoder's class (the paper's equation 2): for some map g of the
    encoder,

        p(x|z) p(z)  =  evidence(x) h'(z) exp <psi(z), g(x)>         for all x, z                       (8) with (6b).

    Both sides are divided by h(x) h'(z) below. The evidence, p(x) exp(-B(g(x))), is any function of x: the posterior
    and the encoder's distribution integrate to one, so they are equal as soon as they are proportional.

    With a KL term weighted by beta the encoder's best distribution is proportional to p(x|z)^(1/beta) p(z).

    X and Z are the points that remain when null sets are removed; see README.md.

    - verdicts_exclude_each_other   of tight, restricted, collapse, impossible one at most is true of a design *)

From tightcheck Require Import real_field criterion.

Record design := {
  observation : Type;
  latent : Type;
  observed_statistics : nat;
  latent_statistics : nat;
  nu : observation -> nat -> R;
  psi : latent -> nat -> R;
  log_partition : (nat -> R) -> R;                         (* A *)
  decoder : (latent -> nat -> R) -> Prop;                  (* the maps f that the decoder can compute *)
  prior : (latent -> nat -> R) -> (latent -> R) -> Prop;   (* log p - log h'; an implied prior depends on f *)
  encoder : (observation -> nat -> R) -> Prop;             (* the maps g that the encoder can compute *)
  beta : R }.                                              (* the weight of the KL term: 1 for the ELBO *)

Section Verdicts.
Variable D : design.
Implicit Type f : latent D -> nat -> R.
Implicit Type P : latent D -> R.

Definition statistic_product f x z : R := dot (observed_statistics D) (nu D x) (f z).

(** p(x|z) / h(x). *)
Definition likelihood f x z : R := exp (statistic_product f x z - log_partition D (f z)).

Definition model f P : Prop := decoder D f /\ prior D f P.

Definition consistent_model f P : Prop := exists g evidence, encoder D g /\ forall x z,
  exp ((statistic_product f x z - log_partition D (f z)) / beta D) * exp (P z)
    = evidence x * exp (dot (latent_statistics D) (psi D z) (g x)).

Definition independent_model f : Prop := forall x z z', likelihood f x z = likelihood f x z'.

Definition tight : Prop :=
  (exists f P, model f P) /\ forall f P, model f P -> consistent_model f P.

Definition impossible : Prop :=
  (exists f P, model f P) /\ forall f P, model f P -> ~ consistent_model f P.

(** In every consistent model x and z are independent; some model is consistent, and some model is not independent. *)
Definition collapse : Prop :=
  (exists f P, model f P /\ consistent_model f P) /\
  (exists f P, model f P /\ ~ independent_model f) /\
  forall f P, model f P -> consistent_model f P -> independent_model f.

(** Some consistent model has dependent x and z, and some model is not consistent. *)
Definition restricted : Prop :=
  (exists f P, model f P /\ consistent_model f P /\ ~ independent_model f) /\
  (exists f P, model f P /\ ~ consistent_model f P).

Theorem verdicts_exclude_each_other :
  ~ (tight /\ restricted) /\ ~ (tight /\ collapse) /\ ~ (tight /\ impossible) /\
  ~ (restricted /\ collapse) /\ ~ (restricted /\ impossible) /\ ~ (collapse /\ impossible).
Proof.
  unfold tight, restricted, collapse, impossible. repeat split.
  - intros [[_ T] [_ (f & P & M & N)]]. auto.
  - intros [[_ T] (_ & (f & P & M & N) & I)]. apply N. eauto.
  - intros [[(f & P & M) T] [_ I]]. exact (I f P M (T f P M)).
  - intros [[(f & P & M & C & N) _] (_ & _ & I)]. apply N. eauto.
  - intros [[(f & P & M & C & N) _] [_ I]]. exact (I f P M C).
  - intros [((f & P & M & C) & _) [_ I]]. exact (I f P M C).
Qed.

(** ** What the criterion says of a design *)

Hypothesis beta_positive : 0 < beta D.

(** Equation (9), with the likelihood to the power 1 / beta. *)
Lemma consistent_model_logarithms f P : consistent_model f P <->
  exists g b, encoder D g /\ forall x z,
    (statistic_product f x z - log_partition D (f z)) / beta D + P z
      = dot (latent_statistics D) (psi D z) (g x) + b x.
Proof.
  split.
  - intros (g & e & Hg & E). exists g, (fun x => ln (e x)). split; [assumption|]. intros x z.
    specialize (E x z). rewrite <- exp_plus in E.
    set (l := _ / beta D + P z) in *. set (s := dot _ _ _) in *.
    assert (He : 0 < e x).
    { pose proof (exp_pos l). pose proof (exp_pos s). rewrite E in *. nra. }
    apply (f_equal ln) in E. rewrite ln_mult, !ln_exp in E by (auto using exp_pos). lra.
  - intros (g & b & Hg & E). exists g, (fun x => exp (b x)). split; [assumption|]. intros x z.
    rewrite <- !exp_plus, E. f_equal. lra.
Qed.

Lemma consistent_model_C1_C2 f P :
  affinely_spans (observed_statistics D) (nu D) -> consistent_model f P ->
  (forall i, (i < observed_statistics D)%nat -> in_span (latent_statistics D) (psi D) (fun z => f z i)) /\
  in_span (latent_statistics D) (psi D) (fun z => P z - log_partition D (f z) / beta D).
Proof.
  intros Sp C. apply consistent_model_logarithms in C. destruct C as (g & b & _ & E).
  apply (tempered (K := real_field) (observed_statistics D) (latent_statistics D) (nu D) (psi D) f
    (fun z => log_partition D (f z)) P (beta D)); [assumption|simpl; lra|].
  exists g, b. exact E.
Qed.

Lemma consistent_model_from f P (F : nat -> nat -> R) (f0 c : nat -> R) (c0 : R) (g : observation D -> nat -> R) :
  (forall z i, (i < observed_statistics D)%nat -> f z i = dot (latent_statistics D) (F i) (psi D z) + f0 i) ->
  (forall z, P z - log_partition D (f z) / beta D = dot (latent_statistics D) c (psi D z) + c0) ->
  encoder D g ->
  (forall x j, (j < latent_statistics D)%nat ->
     g x j = dot (observed_statistics D) (nu D x) (fun i => F i j) / beta D + c j) ->
  consistent_model f P.
Proof.
  intros HF Hc Hg G. apply consistent_model_logarithms.
  exists g, (fun x => dot (observed_statistics D) (nu D x) f0 / beta D + c0). split; [assumption|]. intros x z.
  pose proof (exact_encoder_is_exact (K := real_field) (observed_statistics D) (latent_statistics D) (nu D) (psi D)
    (fun z i => / beta D * f z i) (fun z => log_partition D (f z) / beta D) P
    (fun i j => / beta D * F i j) (fun i => / beta D * f0 i) c c0) as E. simpl in E.
  assert (S : forall u, (dot (observed_statistics D) (nu D x) (fun i => / beta D * u i) : R)
    = dot (observed_statistics D) (nu D x) u / beta D).
  { intro u. rewrite (dot_scale (K := real_field)). simpl. field. lra. }
  specialize (E ltac:(intros w i Hi; rewrite HF, (dot_comm (K := real_field) _ (fun j => / beta D * F i j)),
    (dot_scale (K := real_field)), (dot_comm (K := real_field) _ (psi D w)) by assumption; simpl; ring) Hc x z).
  rewrite !S in E. unfold statistic_product.
  replace ((dot (observed_statistics D) (nu D x) (f z) - log_partition D (f z)) / beta D + P z)
    with (dot (observed_statistics D) (nu D x) (f z) / beta D - log_partition D (f z) / beta D + P z) by (field; lra).
  rewrite E. f_equal. apply (dot_ext (K := real_field)); [reflexivity|]. intros j Hj. unfold exact_encoder. simpl.
  rewrite G by assumption. rewrite (S (fun i => F i j)). reflexivity.
Qed.

(** A constant decoder is consistent when the encoder reaches the prior. *)
Lemma constant_model f P (f0 c : nat -> R) (c0 : R) g :
  (forall z i, (i < observed_statistics D)%nat -> f z i = f0 i) -> (forall z z', log_partition D (f z) =
    log_partition D (f z')) ->
  (forall z, P z = dot (latent_statistics D) c (psi D z) + c0) ->
  encoder D g -> (forall x j, (j < latent_statistics D)%nat -> g x j = c j) -> inhabited (latent D) ->
  consistent_model f P.
Proof.
  intros Hf HA HP Hg G [z0].
  apply (consistent_model_from f P (fun _ _ => 0) f0 c (c0 - log_partition D (f z0) / beta D) g); auto.
  - intros z i Hi. rewrite Hf, (dot_zero (K := real_field)) by auto. simpl. ring.
  - intro z. rewrite HP, (HA z z0). ring.
  - intros x j Hj. rewrite G, (dot_comm (K := real_field)), (dot_zero (K := real_field)) by auto. simpl. field. lra.
Qed.

Lemma independent_from f : (forall z z' i, (i < observed_statistics D)%nat -> f z i = f z' i) ->
  (forall z z', log_partition D (f z) = log_partition D (f z')) -> independent_model f.
Proof.
  intros H HA x z z'. unfold likelihood. f_equal. rewrite (HA z z'). f_equal.
  apply (dot_ext (K := real_field)); [reflexivity|]. intros i Hi. now apply H.
Qed.

(** Independence means equal parameters, since the statistics separate them. *)
Lemma independent_parameters f : affinely_spans (observed_statistics D) (nu D) -> independent_model f ->
  forall z z' i, (i < observed_statistics D)%nat -> f z i = f z' i.
Proof.
  intros Sp I z z' i Hi. set (n := observed_statistics D) in *.
  rewrite <- (extend_below (K := real_field) n (f z) (- log_partition D (f z)) i Hi).
  rewrite <- (extend_below (K := real_field) n (f z') (- log_partition D (f z')) i Hi).
  apply (spans_separates (K := real_field) (S n) (fun x => extend n (nu D x) (1 : R)) _ _ Sp); [|lia]. intro x.
  rewrite !(dot_extend (K := real_field)). specialize (I x z z'). apply exp_inv in I.
  unfold statistic_product in I. fold n in I. simpl. lra.
Qed.

End Verdicts.
